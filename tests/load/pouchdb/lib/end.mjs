// One end as a process of its own: it loads the module it is told to (server or client) and answers calls.
const [role] = process.argv.slice(2);
if (role !== 'server' && role !== 'client') throw new Error(`no such end: ${role}`);
const part = await import(`./${role}.mjs`);

process.on('message', async ({ id, call, args }) => {
  try {
    process.send({ id, value: await part[call](args) });
  } catch (error) {
    process.send({ id, error: `${role} ${call}: ${error.message ?? JSON.stringify(error)}` });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
