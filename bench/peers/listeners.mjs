// Is to a page's server what so many pages are that follow a recording: node listeners.mjs URL COUNT. Each asks for the document and the whole
// picture, and listens. Prints a line when all have been told something.
import WebSocket from 'ws';

const address = new URL(process.argv[2]);
const token = address.hash.replace('#token=', '');

async function ask(path) {
  const reply = await fetch(new URL(path, address), { headers: { authorization: `Bearer ${token}` } });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply;
}

async function look() {
  const { runs } = await (await ask('/api/document')).json();
  const [{ id, startUs, endUs }] = runs;
  await (
    await ask(`/api/piece?run=${id}&from=${Math.floor(startUs)}&to=${Math.ceil(endUs)}&columns=2048`)
  ).arrayBuffer();
  const socket = new WebSocket(`ws://${address.host}/api/stream`, ['powerlog.1', token], {
    perMessageDeflate: false,
  });
  await new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
  });
}

await Promise.all(Array.from({ length: Number(process.argv[3]) }, look));
console.log('all listen');
