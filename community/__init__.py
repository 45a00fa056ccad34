"""The domain of Musubi: people, organizations, groups, posts, and who sees what.

Words (the whole vocabulary is in docs/architecture.md):

* Member: a person with an account, of one Organization, ``staff`` or ``contractor``.
* Group: where posts live; ``public``, ``private`` or ``secret``. Membership: a member in a group, with a role.
* Thread, Post, Revision: a thread is opened by its first post and shares its id; a post has a TLP label.
* Recipients: whom a TLP:RED post names, frozen at posting. Grant: one post opened to one further member.
* Viewer: who is looking. Door: a function of ``access`` that gives an object or refuses.
* Action: a function that changes the world in one transaction. Event: what an action tells the listeners.

Layering, checked by import contracts: pages, sockets and cli call actions to write and access or visibility to read;
both stand on the models. ``moderation`` and ``search`` import ``community``, never the reverse; they meet in ``app``.
"""

VERSION = "0.1.0"
