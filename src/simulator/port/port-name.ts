/** Whether `--port` asks for the simulator: `sim`, and behind it a profile (`sim:train`) or what is set (`sim,board=pmd2`). */
export const isSimulator = (port: string): boolean => /^sim([:,]|$)/.test(port);
