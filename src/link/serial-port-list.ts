import { SerialPort } from './serialport.js';

/** What the system's own listing says, where it can be trusted (not on Linux, see port-list). */
export const listWithSerialport = (): ReturnType<typeof SerialPort.list> => SerialPort.list();
