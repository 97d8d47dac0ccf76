// `serialport` as its documentation shows it: a stream into ByteLengthParser, the next question on every reply.
// Usage: serialport_stream.mjs PORT SECONDS; prints JSON. Decodes nothing, writes nothing.
import { ByteLengthParser } from '@serialport/parser-byte-length';
import { SerialPort } from 'serialport';

const [path, seconds] = process.argv.slice(2);
const port = new SerialPort({ path, baudRate: 115200 });
const parser = port.pipe(new ByteLengthParser({ length: 216 }));
const ask = Uint8Array.of(1);
let samples = 0;
let start = 0;
let end = 0;
parser.on('data', () => {
  samples++;
  const now = performance.now();
  if (now < end) return port.write(ask);
  console.log(JSON.stringify({ samples, seconds: (now - start) / 1e3 }));
  port.close();
});
port.on('open', () => {
  port.flush(() => {
    start = performance.now();
    end = start + Number(seconds) * 1e3;
    port.write(ask);
  });
});
