// Preloaded into powerlog: says on standard error whether V8 took what the build had it make of the program's text.
const { writeSync } = require('node:fs');
const vm = require('node:vm');

vm.Script = class extends vm.Script {
  constructor(...how) {
    super(...how);
    writeSync(2, `V8 has ${this.cachedDataRejected === false ? 'taken' : 'refused'} it\n`);
  }
};
