// The training process as it is, but killed with SIGKILL in the middle of its third epoch.
const send = process.send.bind(process);
process.send = (message, ...rest) => {
  if (message.type === 'progress' && message.epoch === 3 && message.iteration % 2 === 1) {
    process.kill(process.pid, 'SIGKILL');
  }
  return send(message, ...rest);
};
await import('../../dist/train/main.js');
