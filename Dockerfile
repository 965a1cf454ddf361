# The bot alone: docs/bot.md says how to run it. Build it where dist/ is: `docker build -t headstart-bot .`
FROM node:24-slim

WORKDIR /app
COPY dist/bot.js dist/package.json dist/THIRD-PARTY-NOTICES.md LICENSE ./

# The queue; whoever runs the container keeps this folder.
RUN mkdir /data && chown node:node /data
VOLUME /data

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE=/data/headstart-bot.db
USER node
EXPOSE 3000

HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# The bot itself hears SIGTERM, and ends what it is doing.
CMD ["node", "bot.js"]
