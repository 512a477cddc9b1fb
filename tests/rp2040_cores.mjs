// One instruction after another, and whatever registers and flags: does our core do what the
// package's does? Prints how many were tried and those that differ.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, core, count] = process.argv.slice(2);
const { quicken } = await import(pathToFileURL(core));

function load() {
  const require = createRequire(`${folder}/`);
  for (const key of Object.keys(require.cache)) delete require.cache[key];
  const { RP2040, Simulator } = require('rp2040js');
  const chip = () => {
    const mcu = new RP2040(new Simulator().clock);
    mcu.logger = { debug() {}, info() {}, warn() {}, error() {} };
    return mcu;
  };
  return { chip, RP2040 };
}

const [theirs, ours] = [load(), load()];
quicken(ours.RP2040);
const [one, other] = [theirs.chip(), ours.chip()];
one.onBreak = other.onBreak = () => {};

let seed = 12345;
const dice = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
const EDGES = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x20000100, 0x20001000];
const any = () => (dice() & 0x80 ? EDGES[(dice() >>> 16) % EDGES.length] : dice());
const RAM = 0x20000000;

function told(mcu) {
  const { registers, N, Z, C, V, cycles, waiting, bankedSP } = mcu.core;
  return JSON.stringify([...registers, N, Z, C, V, cycles, waiting, bankedSP]);
}

const differ = [];
for (let number = 0; number < count; number++) {
  // every instruction of 16 bits in turn, and what may stand behind one of 32
  const [opcode, next] = [number & 0xffff, dice() >>> 16];
  const registers = Array.from({ length: 13 }, () => (dice() & 0x100 ? RAM + (dice() >>> 14 << 1) : any()));
  const flags = dice();
  for (const mcu of [one, other]) {
    const { core } = mcu;
    mcu.sram.fill(number, 0, 0x200);
    core.registers.set([...registers, RAM + 0x8000, RAM + 0x401, RAM + 0x2000]);
    [core.N, core.Z, core.C, core.V] = [1, 2, 4, 8].map((bit) => Boolean(flags & bit));
    core.waiting = core.eventRegistered = false;
    mcu.writeUint16(RAM + 0x2000, opcode);
    mcu.writeUint16(RAM + 0x2002, next);
  }
  const failed = [one, other].map(({ core }) => {
    try {
      core.executeInstruction();
      return '';
    } catch (error) {
      return error.message;
    }
  });
  const same = told(one) === told(other) && failed[0] === failed[1];
  if (!same || Buffer.compare(one.sram.subarray(0, 0x10000), other.sram.subarray(0, 0x10000))) differ.push(opcode);
}
console.log(JSON.stringify({ tried: Number(count), differ: differ.slice(0, 20) }));
