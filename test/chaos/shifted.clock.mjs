// Loaded before a server: its clock is off by CLOCK_SHIFT_SECONDS. Timers and performance.now() are not.
const shift = Number(process.env.CLOCK_SHIFT_SECONDS) * 1_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + shift);
    else super(...values);
  }

  static now() {
    return RealDate.now() + shift;
  }
};
