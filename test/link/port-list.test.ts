import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listLinuxPorts } from '#powerlog/link/port/port-list.js';
import { scratch } from '../capture/samples.js';

it('reads the ports from sysfs: USB ids, names by id, and no UART that has no chip', () => {
  const root = scratch();
  const put = (path: string, text = ''): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put('devices/usb1/1-2/idVendor', '0483\n');
  put('devices/usb1/1-2/idProduct', '5740\n');
  put('devices/usb1/1-2/serial', '2068397F4D4B\n');
  put('devices/usb1/1-2/1-2:1.0/uevent');
  put('devices/platform/serial8250/uevent');
  for (const [tty, device] of [
    ['ttyACM10', 'devices/usb1/1-2/1-2:1.0'],
    ['ttyACM2', 'devices/usb1/1-2/1-2:1.0'],
    ['ttyS0', 'devices/platform/serial8250'],
    ['ttyS1', 'devices/platform/serial8250'],
    ['tty1', 'devices/platform/serial8250'],
  ] as const) {
    mkdirSync(join(root, 'class', tty), { recursive: true });
    symlinkSync(join(root, device), join(root, 'class', tty, 'device'));
    put(`dev/${tty}`);
  }
  put('class/ttyS0/type', '4\n');
  put('class/ttyS1/type', '0\n');
  mkdirSync(join(root, 'dev/serial/by-id'), { recursive: true });
  symlinkSync('../../ttyACM2', join(root, 'dev/serial/by-id/usb-BENCHLAB-if00'));

  const ports = listLinuxPorts(join(root, 'class'), join(root, 'dev'));
  expect(ports.map(({ path }) => path)).toEqual(
    ['ttyACM2', 'ttyACM10', 'ttyS0'].map((tty) => join(root, 'dev', tty)),
  );
  expect(ports[0]).toMatchObject({
    usbVendorId: '0483',
    usbProductId: '5740',
    serialNumber: '2068397F4D4B',
    byId: join(root, 'dev/serial/by-id/usb-BENCHLAB-if00'),
  });
  expect(ports[1]).toMatchObject({ usbVendorId: '0483', byId: null });
  expect(ports[2]).toMatchObject({ usbVendorId: null, usbProductId: null });
  expect(listLinuxPorts(join(root, 'nowhere'), join(root, 'dev'))).toEqual([]);
});
