// A bug that nobody foresaw, when the test asks for it.
process.on('SIGUSR2', () => {
  throw new Error('a crash');
});
