import { Command } from 'commander';
import { printable } from '../../../text.js';
import { plural } from '../../../units.js';
import { print, say } from '../../terminal/say.js';

export function portsCommand(): Command {
  return new Command('ports')
    .description('List serial ports, and which of them answer as a board')
    .argument('[path...]', 'ask these ports too, whatever their USB ids')
    .option('--json', 'as JSON on standard output')
    .addHelpText(
      'after',
      `
Only ports whose USB ids are a board's are asked; a stray byte might do harm to anything else.

Examples:
  $ powerlog ports
  $ powerlog ports --json
  $ powerlog ports /dev/ttyS0`,
    )
    .action(async (paths: string[], options: { json?: boolean }) => {
      const [{ listPorts }, { probePorts }] = await Promise.all([
        import('../../../link/port/port-list.js'),
        import('../../../source/find-board.js'),
      ]);
      const ports = (await listPorts()).filter((port) => !paths.includes(port.path));
      const asked = paths.map((path) => ({ path, ...noUsb }));
      const probes = [...(await probePorts(ports)), ...(await probePorts(asked, true))];
      if (options.json) {
        print(`${JSON.stringify(probes.map(asJson), undefined, 2)}\n`);
        return;
      }
      if (probes.length === 0) {
        say('no serial port here; `powerlog simulate` makes one to try with');
        return;
      }
      const { formatTable } = await import('../../terminal/table.js');
      const rows = probes.map((probe) => {
        const { path, usbVendorId, usbProductId, serialNumber } = probe.port;
        return [path, usbVendorId ? `${usbVendorId}:${usbProductId}` : '', serialNumber ?? '', said(probe)];
      });
      print(`${formatTable(['PORT', 'USB', 'SERIAL', 'ANSWER'], rows)}\n`);
      const boards = probes.filter((probe) => 'identity' in probe).length;
      say(`${plural(boards, 'board')} on ${plural(probes.length, 'port')}`);
    });
}

type Probe = Awaited<ReturnType<typeof import('../../../source/find-board.js').probePorts>>[number];

const noUsb = {
  usbVendorId: null,
  usbProductId: null,
  serialNumber: null,
  manufacturer: null,
  product: null,
  byId: null,
} as const;

function said(probe: Probe): string {
  if ('identity' in probe) {
    const { product, name, uid, firmware } = probe.identity;
    return `${product}${name ? ` '${printable(name)}'` : ''}, UID ${uid}, firmware ${firmware}`;
  }
  return 'problem' in probe ? probe.problem : "not asked: not a board's USB ids";
}

function asJson(probe: Probe) {
  const { path, usbVendorId, usbProductId, serialNumber, manufacturer, product, byId } = probe.port;
  return {
    path,
    usb_vendor_id: usbVendorId,
    usb_product_id: usbProductId,
    serial_number: serialNumber,
    manufacturer,
    usb_product: product,
    by_id: byId,
    board:
      'identity' in probe
        ? {
            product: probe.identity.product,
            product_id: probe.identity.productId,
            uid: probe.identity.uid,
            name: probe.identity.name,
            firmware: probe.identity.firmware,
          }
        : null,
    problem: 'problem' in probe ? probe.problem : null,
    asked: !('skipped' in probe),
  };
}
