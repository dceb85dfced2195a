# Stands in for node:24-bookworm-slim: Debian's smallest system, Node, and the user that it calls node.
FROM scratch
ADD base.tar /
COPY node /usr/local/bin/node
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
