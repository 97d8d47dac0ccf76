// Listens to a page's server as so many pages do: node listeners.mjs URL COUNT. Prints a line when all have been told something.
import WebSocket from 'ws';

const address = new URL(process.argv[2]);
const token = address.hash.replace('#token=', '');
const stream = `ws://${address.host}/api/stream`;
await Promise.all(
  Array.from(
    { length: Number(process.argv[3]) },
    () =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(stream, ['powerlog.1', token], { perMessageDeflate: false });
        socket.once('message', resolve);
        socket.once('error', reject);
      }),
  ),
);
console.log('all listen');
