"""The whole road on one machine: a hub for GitHub, the app as a process of its own, and somebody who watches."""
