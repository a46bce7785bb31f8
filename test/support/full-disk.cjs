'use strict';

// Preloaded into processes (`node --require`): while there is a file PARTITA_TEST_FULL, no object can be written, as on a
// volume without space.
const { existsSync, promises } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { open } = promises;
promises.open = async (path, ...more) => {
  const file = await open(path, ...more);
  if (!String(path).includes('/objects/incoming/')) return file;
  const writeFile = file.writeFile.bind(file);
  file.writeFile = async (...given) => {
    if (!existsSync(process.env.PARTITA_TEST_FULL)) return writeFile(...given);
    const words = 'ENOSPC: no space left on device, write';
    throw Object.assign(new Error(words), { errno: -28, code: 'ENOSPC', syscall: 'write' });
  };
  return file;
};
syncBuiltinESMExports();
