// Does to a page's server what so many pages do that follow a recording: node listeners.mjs URL COUNT. Each listens, and twice a second has all
// of the recording measured. Prints a line when all have been told something.
import WebSocket from 'ws';

const measureEveryMs = 500;
const address = new URL(process.argv[2]);
const token = address.hash.replace('#token=', '');
const stream = `ws://${address.host}/api/stream`;
const headers = { authorization: `Bearer ${token}` };
const headBytes = (message) => message.readUInt32LE(0);

async function look() {
  const socket = new WebSocket(stream, ['powerlog.1', token], { perMessageDeflate: false });
  let endUs = 1;
  await new Promise((resolve, reject) => {
    socket.on('message', (message) => {
      const { runs } = JSON.parse(message.toString('utf8', 4, 4 + headBytes(message)));
      endUs = runs?.[0]?.endUs ?? endUs;
      resolve();
    });
    socket.once('error', reject);
  });
  setInterval(async () => {
    const measured = await fetch(
      `http://${address.host}/api/measure?run=run0&from=0&to=${Math.ceil(endUs)}`,
      { headers },
    );
    if (!measured.ok) throw new Error(`${measured.status}`);
    await measured.arrayBuffer();
  }, measureEveryMs);
}

for (let n = 0; n < Number(process.argv[3]); n++) await look();
console.log('all listen');
