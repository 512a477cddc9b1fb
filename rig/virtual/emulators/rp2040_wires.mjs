// What a bench wires on an emulated Pico: a pin to another, a UART's TX to its own RX.
//
// rp2040js sends a UART's bytes in no time, always says that there is room, and interrupts for that
// without end, in which MicroPython's handler stays. Here UARTs are as the RP2040 datasheet has them
// (4.2, Arm's PL011): two FIFOs of 32, a byte takes its bits' time on the line, and the receiver
// interrupts at a level of its FIFO, or when the line has been quiet for 32 bits.

const [DR, IFLS, ICR] = [0x00, 0x34, 0x44];
const [BUSY, RXFE, TXFF, RXFF, TXFE] = [1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7];
const [RX, TX, TIMEOUT] = [1 << 4, 1 << 5, 1 << 6];
const [PARITY, TWO_STOPS, FIFOS] = [1 << 1, 1 << 3, 1 << 4];
const DEPTH = 32;
const LEVELS = [4, 8, 16, 24, 28, 28, 28, 28]; // eighths of a FIFO, by the selection in IFLS
const QUIET_BITS = 32;

const isHigh = (state) => state === 1 || state === 3; // driven, or pulled up: GPIOPinState

function joinPins({ gpio }, [from, to]) {
  gpio[from].addListener((state) => {
    for (const pin of [from, to]) gpio[pin].setInputValue(isHigh(state));
  });
}

function playUart(uart, clock, isJoined) {
  const sending = [];
  const received = [];
  let onTheLine = null;
  let levels = 0x12; // as after a reset: half a FIFO each
  let status = 0;

  const depth = () => (uart.lineCtrlRegister & FIFOS ? DEPTH : 1);
  const sendLevel = () => (depth() === 1 ? 0 : LEVELS[levels & 7]);
  const receiveLevel = () => (depth() === 1 ? 1 : LEVELS[(levels >> 3) & 7]);
  const bit = () => 1e9 / uart.baudRate;
  const frame = () => {
    const control = uart.lineCtrlRegister;
    return 2 + uart.wordLength + (control & PARITY ? 1 : 0) + (control & TWO_STOPS ? 1 : 0);
  };
  const tell = () => uart.rp2040.setInterrupt(uart.irq, !!(status & uart.interruptMask));

  const sent = clock.createAlarm(() => {
    if (isJoined) receive(onTheLine);
    onTheLine = null;
    send();
    tell();
  });
  const quiet = clock.createAlarm(() => {
    if (received.length) status |= TIMEOUT;
    tell();
  });

  function receive(byte) {
    if (received.length < depth()) received.push(byte); // else it is overrun
    if (received.length >= receiveLevel()) status |= RX;
    quiet.schedule(QUIET_BITS * bit());
  }

  function send() {
    if (onTheLine !== null || !sending.length) return;
    const before = sending.length;
    onTheLine = sending.shift();
    if (before > sendLevel() && sending.length <= sendLevel()) status |= TX;
    sent.schedule(frame() * bit());
  }

  function take() {
    const byte = received.shift() ?? 0;
    if (received.length < receiveLevel()) status &= ~RX;
    if (!received.length) status &= ~TIMEOUT;
    tell();
    return byte;
  }

  uart.onByte = (byte) => {
    if (sending.length < depth()) sending.push(byte);
    if (sending.length > sendLevel()) status &= ~TX;
    send();
    tell();
  };
  uart.checkInterrupts = tell;
  Object.defineProperty(uart, 'interruptStatus', { get: () => status, set: () => {} });
  Object.defineProperty(uart, 'flags', {
    get: () =>
      (onTheLine === null ? 0 : BUSY) |
      (received.length ? 0 : RXFE) |
      (received.length < depth() ? 0 : RXFF) |
      (sending.length ? 0 : TXFE) |
      (sending.length < depth() ? 0 : TXFF),
  });
  const { readUint32, writeUint32 } = Object.getPrototypeOf(uart);
  uart.readUint32 = (offset) => {
    if (offset === DR) return take();
    return offset === IFLS ? levels : readUint32.call(uart, offset);
  };
  uart.writeUint32 = (offset, value) => {
    if (offset === IFLS) levels = value & 0x3f;
    else if (offset === ICR) status &= ~uart.rawWriteValue;
    else writeUint32.call(uart, offset, value);
    tell();
  };
}

export function wire(mcu, clock, { pins, uart }) {
  if (pins) joinPins(mcu, pins.split(',').map(Number));
  mcu.uart.forEach((one, id) => playUart(one, clock, uart === String(id)));
}
