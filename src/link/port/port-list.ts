import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A serial port of this system. USB ids in lower-case hexadecimal, null where the port is not on USB. */
export interface PortInfo {
  readonly path: string;
  readonly usbVendorId: string | null;
  readonly usbProductId: string | null;
  readonly serialNumber: string | null;
  readonly manufacturer: string | null;
  readonly product: string | null;
  /** A name that stays the same wherever it is plugged in, where the system keeps one. */
  readonly byId: string | null;
}

/**
 * The serial ports of this system. On Linux they are read from sysfs: serialport's own listing starts `udevadm`
 * there and dies uncatchably where that is not installed (node-serialport issues 650, 678, 2185), as in most containers.
 */
export async function listPorts(): Promise<PortInfo[]> {
  if (process.platform === 'linux') return listLinuxPorts('/sys/class/tty', '/dev');
  const { SerialPort } = await import('serialport');
  return (await SerialPort.list()).map((port) => ({
    path: port.path.replace('/dev/tty.usbmodem', '/dev/cu.usbmodem'),
    usbVendorId: port.vendorId?.toLowerCase() ?? null,
    usbProductId: port.productId?.toLowerCase() ?? null,
    serialNumber: port.serialNumber ?? null,
    manufacturer: port.manufacturer ?? null,
    product: null,
    byId: null,
  }));
}

/** Ports with a device behind them: USB serial ports, and platform UARTs that are really there. */
export function listLinuxPorts(sysClassTty: string, dev: string): PortInfo[] {
  const ports: PortInfo[] = [];
  const byId = idLinks(join(dev, 'serial/by-id'));
  for (const name of entries(sysClassTty)) {
    if (!/^tty(ACM|USB|AMA|S|O|mxc|SC|XR|GS)\d+$/.test(name)) continue;
    const path = join(dev, name);
    const device = join(sysClassTty, name, 'device');
    if (!existsSync(path) || !existsSync(device) || isEmptyUart(join(sysClassTty, name))) continue;
    const usb = usbDevice(device);
    ports.push({
      path,
      usbVendorId: usb ? attribute(usb, 'idVendor') : null,
      usbProductId: usb ? attribute(usb, 'idProduct') : null,
      serialNumber: usb ? attribute(usb, 'serial') : null,
      manufacturer: usb ? attribute(usb, 'manufacturer') : null,
      product: usb ? attribute(usb, 'product') : null,
      byId: byId.get(path) ?? null,
    });
  }
  return ports.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

/** The 8250 driver makes ttyS0 … ttyS31 whether or not there is a chip; type 0 says there is none. */
const isEmptyUart = (tty: string): boolean => attribute(tty, 'type') === '0';

/** Walks up from a tty's device to the USB device that has ids. */
function usbDevice(device: string): string | undefined {
  let at = realpathSync(device);
  for (let depth = 0; depth < 5; depth++, at = join(at, '..'))
    if (existsSync(join(at, 'idVendor'))) return at;
  return undefined;
}

function idLinks(directory: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const name of entries(directory)) {
    const link = join(directory, name);
    links.set(join(directory, '../..', basename(readlinkSync(link))), link);
  }
  return links;
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function attribute(directory: string, name: string): string | null {
  try {
    return readFileSync(join(directory, name), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
