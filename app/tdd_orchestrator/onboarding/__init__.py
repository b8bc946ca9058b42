"""The first steps in a repository: what is found in it, the files to start with, and what a PRD would become."""
