"""Trust: who brings whom, who answers for whom, and how a member's standing changes (domain, section 5).

``standing`` is the rule: are these vouches enough? ``actions.standing`` is the only place that moves a member from one
state to another, with everything that has to happen with it; the other actions are the reasons to ask it to.
"""
