// rp2040js's RP2040, doing the same in less time.

export const FLASH = 0x10000000;
export const FLASH_SIZE = 2 * 1024 * 1024;
const RAM = 0x20000000;
const RAM_SIZE = 264 * 1024;

// The package finds out what an instruction is by some eighty questions in a row. Here its own
// branches, as they stand in its text, are put into a table by the instructions they are for. What
// is not as expected in the text, and every instruction of 32 bits, stays with the package.

const BRANCH = /\n {8}(?:else )?if \((opcode [^\n]*)\) \{\n([^]*?)\n {8}\}/g;
const NAME = /(?<![.\w])[A-Za-z_]\w*/g;

// What a branch uses of its module; a branch that uses more is left alone.
const OUTER = {
  pcRegister: 15,
  spRegister: 13,
  signExtend8: (value) => (value << 24) >> 24,
  signExtend16: (value) => (value << 16) >> 16,
};
const OWN = ['opcode', 'opcodePC', 'deltaCycles', 'this', 'const', 'let', 'if', 'else', 'for', 'true', 'false'];

function standsAlone(condition, body) {
  const made = Array.from(body.matchAll(/(?:const|let) (\w+)/g), ([, name]) => name);
  const known = new Set([...OWN, ...Object.keys(OUTER), ...made]);
  const code = `${condition}\n${body}`.replace(/\/\/.*|0[bx][\da-f]+/g, '');
  return (code.match(NAME) ?? []).every((name) => known.has(name));
}

function dispatch(Core) {
  const whole = Core.prototype.executeInstruction;
  const branches = Array.from(whole.toString().matchAll(BRANCH), ([, condition, body]) => ({
    is: new Function('opcode', 'opcode2', `return ${condition}`),
    run: standsAlone(condition, body)
      ? new Function(...Object.keys(OUTER), `return function (opcode, opcodePC) {
          let deltaCycles = 1;\n${body}\nreturn deltaCycles; }`)(...Object.values(OUTER))
      : null,
  }));
  const table = Array.from({ length: 0xe800 }, (_, opcode) =>
    branches.find(({ is }) => is(opcode, 0))?.run ?? null);
  Core.prototype.executeInstruction = function () {
    if (this.interruptsUpdated && this.checkForInterrupts()) this.waiting = false;
    const opcodePC = this.PC & ~1;
    const opcode = this.readUint16(opcodePC);
    const run = opcode < table.length ? table[opcode] : null;
    if (run === null) return whole.call(this);
    this.PC += 2;
    const deltaCycles = run.call(this, opcode, opcodePC);
    this.cycles += deltaCycles;
    return deltaCycles;
  };
}

// Most instructions set the flags, for which the package calculates beyond 32 bits.
function setFlags(Core) {
  Core.prototype.substractUpdateFlags = function (minuend, subtrahend) {
    const result = (minuend - subtrahend) | 0;
    this.N = result < 0;
    this.Z = result === 0;
    this.C = minuend >= subtrahend;
    this.V = ((minuend ^ subtrahend) & (minuend ^ result)) < 0;
    return result;
  };
  Core.prototype.addUpdateFlags = function (one, other) {
    const sum = one + other;
    const result = sum | 0;
    this.N = result < 0;
    this.Z = result === 0;
    this.C = sum > 0xffffffff;
    this.V = ((one ^ result) & (other ^ result)) < 0;
    return result;
  };
}

// Of every word the package asks first whether it is the boot ROM's or a peripheral's. Nearly all
// are RAM's and flash's.
function readAndWriteWords(RP2040) {
  const { readUint32, writeUint32 } = RP2040.prototype;
  RP2040.prototype.readUint32 = function (address) {
    const inRam = (address - RAM) >>> 0;
    if (inRam < RAM_SIZE && !(inRam & 3)) return this.sramView.getUint32(inRam, true);
    const inFlash = (address - FLASH) >>> 0;
    if (inFlash < FLASH_SIZE && !(inFlash & 3)) return this.flashView.getUint32(inFlash, true);
    return readUint32.call(this, address);
  };
  RP2040.prototype.writeUint32 = function (address, value) {
    const inRam = (address - RAM) >>> 0;
    if (inRam < RAM_SIZE && !(inRam & 3)) this.sramView.setUint32(inRam, value, true);
    else writeUint32.call(this, address, value);
  };
}

export function quicken(RP2040) {
  readAndWriteWords(RP2040); // before there is one: V8 makes less of a prototype that changes later
  const { constructor: Core } = new RP2040().core;
  setFlags(Core);
  dispatch(Core);
}
