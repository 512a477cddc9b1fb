// An emulated Pico for looprig: a UF2 on rp2040js, by the contract of docs/adding-an-emulator.md.
//
//   node rp2040js.mjs --core DIR --bootrom FILE --firmware FILE [--pins FROM,TO] [--uart ID]
//
// DIR holds node_modules/rp2040js; FILE the RP2040's boot ROM, 16 kB. One JSON line says where the
// console and the activity port are; the process ends when its standard input closes. SIGUSR2 is
// the power switch.

import fs from 'node:fs';
import net from 'node:net';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { FLASH, FLASH_SIZE, quicken } from './rp2040_core.mjs';
import { wire } from './rp2040_wires.mjs';

const options = ['core', 'bootrom', 'firmware', 'pins', 'uart'];
const { values: given } = parseArgs({
  options: Object.fromEntries(options.map((name) => [name, { type: 'string' }])),
});
const found = createRequire(`${given.core}/`).resolve('rp2040js');
const { Simulator, RP2040, USBCDC } = (
  await import(pathToFileURL(found))
).default;

const FAMILY = 0xe48bff56;

quicken(RP2040);

// The package does not name its clock, but a simulator has one.
const SimulationClock = new Simulator().clock.constructor;

// Nanoseconds from a reset to the boot loader's second stage, which the emulator starts at once. On
// the chip they are milliseconds; without any, a board that only resets itself has no time at all.
const TO_BOOT = 5e6;
const BATCH = 10_000; // instructions between two looks at the sockets: half a millisecond or so
const KEPT_BINS = 50_000_000;

// The boot ROM drives the flash chip through the SSI, which the emulator only plays for reading.
// These of its functions are answered here: a breakpoint stands where each begins.
const ROM_FUNCTIONS = {
  IF: () => {}, // connect the flash
  EX: () => {}, // leave execute-in-place
  FC: () => {}, // flush the cache
  CX: () => {}, // execute in place again
  RE: ({ flash }, at, count) => flash.fill(0xff, at, at + count),
  RP: (mcu, at, data, count) => {
    for (let i = 0; i < count; i++) mcu.flash[at + i] &= mcu.readUint8(data + i);
  },
};

function image(bytes) {
  // UF2: 512-byte blocks, each with address and length of its payload, and the chip it is for
  const flash = new Uint8Array(FLASH_SIZE).fill(0xff);
  let any = false;
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const target = bytes.readUInt32LE(at + 12) - FLASH;
    const length = bytes.readUInt32LE(at + 16);
    const ours = bytes.readUInt32LE(at + 28) === FAMILY;
    if (ours && target >= 0 && length <= 476 && target + length <= FLASH_SIZE) {
      flash.set(bytes.subarray(at + 32, at + 32 + length), target);
      any = true;
    }
  }
  if (any) return flash;
  console.error('Error: nothing in the UF2 goes into the flash of an RP2040 board with 2 MB of it');
  process.exit(1);
}

function withBreakpoints(rom) {
  const words = new Uint32Array(rom.buffer.slice(rom.byteOffset, rom.byteOffset + rom.length));
  const halves = new Uint16Array(words.buffer);
  const handlers = [];
  for (let at = halves[0x14 / 2] / 2; halves[at]; at += 2) {
    const code = String.fromCharCode(halves[at] & 0xff, halves[at] >> 8);
    if (ROM_FUNCTIONS[code]) {
      halves[(halves[at + 1] & ~1) / 2] = 0xbe00 | handlers.length;
      handlers.push(ROM_FUNCTIONS[code]);
    }
  }
  return { words, handlers };
}

// What the emulator complains of is said once: a core that looks at what is not there, looks often.
const complaints = new Set();
const complain = (component, message) => {
  const text = `[${component}] ${message}`;
  if (!complaints.has(text) && complaints.size < 100) {
    complaints.add(text);
    console.error(text);
  }
};
const silent = () => {};

// The second core is not emulated. Its mailbox is never full, and a core that is let out of reset
// says 0 as its boot ROM does (RP2040 datasheet, 2.8.2); it answers nothing else.
const FIFO_STATUS = 0x50;
const FIFO_READ = 0x58;
const [FIFO_VALID, FIFO_READY] = [1, 2];
const FORCE_OFF = 4;
const CORE_1 = 1 << 16;

function withoutSecondCore({ sio, peripherals: { 0x40010: resets } }) {
  let says0 = false;
  const read = sio.readUint32.bind(sio);
  sio.readUint32 = (offset) => {
    if (offset === FIFO_STATUS) return FIFO_READY | (says0 ? FIFO_VALID : 0);
    if (offset !== FIFO_READ) return read(offset);
    says0 = false;
    return 0;
  };
  const write = resets.writeUint32.bind(resets);
  resets.writeUint32 = (offset, value) => {
    if (offset === FORCE_OFF) says0 = !(value & CORE_1);
    write(offset, value);
  };
}

const rom = withBreakpoints(fs.readFileSync(given.bootrom));
let flash = image(fs.readFileSync(given.firmware));

// -- the chip --------------------------------------------------------------------------------

let mcu, clock, cdc, armed;
let lockedUp = false; // the core has stopped until a reset
let toBoard = []; // bytes from the host that no buffer of the board was free for yet
let before = 0; // nanoseconds of the clocks before this reset
let client = null;

function powerOn() {
  if (clock) before += clock.nanos + TO_BOOT;
  clock = new SimulationClock();
  mcu = new RP2040(clock);
  mcu.logger = { debug: silent, info: silent, warn: silent, error: complain };
  withoutSecondCore(mcu);
  wire(mcu, clock, given);
  mcu.loadBootrom(rom.words); // which resets, and so wipes the flash
  mcu.flash.set(flash);
  mcu.onBreak = (number) => {
    const { core } = mcu;
    const handler = rom.handlers[number];
    if (core.PC < 0x4000 && handler) {
      handler(mcu, ...core.registers.subarray(0, 3));
      core.PC = core.LR & ~1;
    } else lockedUp = true; // a breakpoint with no debugger, as where a fault handler ends
  };
  mcu.peripherals[0x40058].onWatchdogTrigger = () => {
    resetting = true;
  };
  cdc = new USBCDC(mcu.usbCtrl);
  cdc.onSerialData = (bytes) => client?.write(bytes);
  armed = lockedUp = false;
  toBoard = [];
  // An armed buffer is answered when there is something to say: a host that completed it with
  // nothing would wake the board all the time.
  mcu.usbCtrl.onEndpointRead = (endpoint, size) => {
    if (endpoint !== cdc.outEndpoint) return;
    armed = size;
    feed();
  };
  mcu.core.PC = FLASH; // what the boot ROM would do: start the second stage of the boot loader
  activeSince = 0;
}

function feed() {
  if (armed === false || !toBoard.length) return;
  const size = armed;
  armed = false;
  mcu.usbCtrl.endpointReadDone(cdc.outEndpoint, Uint8Array.from(toBoard.splice(0, size)));
}

let resetting = false;

function reset() {
  resetting = false;
  flash = mcu.flash.slice(0, FLASH_SIZE);
  ranUntil(clock.nanos);
  powerOn();
}

// -- time and activity -----------------------------------------------------------------------

let activeSince = 0; // of the present clock; the core has run since then
let active = 0; // nanoseconds, since the process started
let record = null; // { start, every, bins }
let pausedAt = null; // host nanoseconds since which the core waits with nothing due
let paced = null; // { host, board }: the clock may not run ahead of the host's

const hostNanos = () => Number(process.hrtime.bigint());

function ranUntil(end) {
  const from = before + activeSince;
  const to = before + end;
  active += to - from;
  if (record && to > record.start) {
    const { start, every, bins } = record;
    let at = Math.max(from, start);
    while (at < to) {
      const bin = Math.floor((at - start) / every);
      if (bin >= KEPT_BINS) break;
      const edge = Math.min(start + (bin + 1) * every, to);
      bins[bin] = (bins[bin] ?? 0) + edge - at;
      at = edge > at ? edge : to;
    }
  }
  activeSince = end;
}

function now() {
  return before + clock.nanos + (pausedAt === null ? 0 : hostNanos() - pausedAt);
}

function inStep() {
  paced = { host: hostNanos(), board: now() };
}

function leavePause() {
  if (pausedAt === null) return;
  clock.tick(hostNanos() - pausedAt);
  pausedAt = null;
  activeSince = clock.nanos;
  setImmediate(run);
}

const CYCLE = 8; // nanoseconds at 125 MHz

function run() {
  try {
    runBatch();
  } catch (error) {
    complain('core', error); // the emulator's own: as if the core had stopped
    lockedUp = true;
    setImmediate(run);
  }
}

function runBatch() {
  const { core } = mcu;
  for (let i = 0; i < BATCH && !resetting; i++) {
    if (lockedUp) {
      ranUntil(clock.nanos);
      pausedAt = hostNanos();
      return;
    }
    if (!core.waiting) {
      const after = core.executeInstruction() * CYCLE;
      const due = clock.nextAlarm;
      if (due && due.nanos <= clock.nanosCounter + after) clock.tick(after);
      else clock.nanosCounter += after; // as `tick` would, of which it is most of the work
      if (core.waiting) {
        ranUntil(clock.nanos);
        if (paced) inStep(); // what it is behind the host is not made up by a fast wait
      }
      continue;
    }
    if (!clock.nextAlarm) {
      pausedAt = hostNanos(); // only the host can end this wait: time goes on at its pace
      return;
    }
    let ahead = clock.nanosToNextAlarm;
    if (paced) {
      const room = paced.board + (hostNanos() - paced.host) - (before + clock.nanos);
      if (ahead > room) {
        if (room > 0) clock.tick(room);
        activeSince = clock.nanos;
        setTimeout(run, Math.max(0, Math.min((ahead - room) / 1e6, 1)));
        return;
      }
    }
    clock.tick(ahead);
    activeSince = clock.nanos;
    i += 20; // a wake costs about as much as so many instructions
  }
  if (resetting) reset();
  else if (!core.waiting) ranUntil(clock.nanos);
  setImmediate(run);
}

// -- console and activity port ---------------------------------------------------------------

const ASKED = {
  now: () => ({ nanos: now(), active_nanos: active }),
  record: ({ every_nanos: every }) => {
    record = { start: now(), every, bins: [] };
    return { nanos: record.start };
  },
  recorded: () => {
    if (!record) return { error: 'nothing is recorded' };
    const { start, every, bins } = record;
    const count = Math.floor((now() - start) / every);
    return { nanos: start, every_nanos: every, active: Array.from({ length: count }, (_, i) => Math.round(bins[i] ?? 0)) };
  },
  pace: ({ to }) => {
    paced = null;
    if (to) inStep();
    return {};
  },
};

function answer(line) {
  let asked;
  try {
    asked = JSON.parse(line);
  } catch {
    return { error: 'not JSON' };
  }
  const question = Object.hasOwn(ASKED, asked?.ask) && ASKED[asked.ask];
  return question ? question(asked) : { error: `ask one of ${Object.keys(ASKED).join(', ')}` };
}

function listen(connected) {
  return new Promise((resolve) => {
    const server = net.createServer({ noDelay: true }, connected);
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${server.address().port}`));
  });
}

const consoleAt = await listen((socket) => {
  client?.destroy();
  client = socket;
  socket.on('data', (bytes) => {
    toBoard.push(...bytes);
    leavePause();
    feed();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (client === socket) client = null;
  });
});
const activityAt = await listen((socket) => {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    const lines = (text + bytes).split('\n');
    text = lines.pop();
    for (const line of lines) socket.write(`${JSON.stringify(answer(line))}\n`);
  });
});

process.on('SIGUSR2', () => {
  leavePause();
  resetting = true;
});
process.stdin.on('end', () => process.exit(0)).resume();
powerOn();
run();
console.log(JSON.stringify({ console: `socket://${consoleAt}`, activity: activityAt }));
