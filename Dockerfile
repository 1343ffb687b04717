# The live chat on one machine. It needs MONGODB_URI; without JWT_SECRET, tokens die with the container.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --profile fast --locked --bin livechat

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home livechat
COPY --from=build /src/target/fast/livechat /usr/local/bin/livechat
USER livechat
WORKDIR /data
ENV HOST=0.0.0.0 PORT=5000
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["livechat", "health"]
ENTRYPOINT ["livechat"]
