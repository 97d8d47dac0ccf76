// As if the process were paused for 50 ms whenever it is about to read how long it has run.
const { now } = performance;
performance.now = () => {
  const end = now.call(performance) + 50;
  while (now.call(performance) < end);
  return now.call(performance);
};
