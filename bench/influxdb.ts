/** What Debian's InfluxDB 1 is started with: everything in one folder, loopback only. */
export const influxConfig = (
  folder: string,
  port: number,
  withLogin = false,
): string => `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = ${JSON.stringify(`${folder}/meta`)}
[data]
dir = ${JSON.stringify(`${folder}/data`)}
wal-dir = ${JSON.stringify(`${folder}/wal`)}
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
auth-enabled = ${withLogin}
`;
