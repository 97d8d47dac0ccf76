/* A frame as ina226.json describes it: 16 bytes, little-endian, packed. Shared by the sketch and the test that compiles it. */
#ifndef FRAME_H
#define FRAME_H
#include <stdint.h>

#define FRAME_BYTES 16

/* Polynomial 0x1021 from 0xFFFF, as in ina226.json: "crc16-ccitt". */
static uint16_t crc16(const uint8_t *bytes, int count) {
  uint16_t crc = 0xffff;
  while (count-- > 0) {
    crc ^= (uint16_t)(*bytes++ << 8);
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (uint16_t)(crc << 1) ^ 0x1021 : (uint16_t)(crc << 1);
  }
  return crc;
}

static uint8_t *put16(uint8_t *at, uint16_t value) {
  at[0] = value & 0xff;
  at[1] = value >> 8;
  return at + 2;
}

/* Sync word, clock in µs, for each INA226 its bus voltage (1.25 mV a step) and its current register, checksum. */
static void write_frame(uint8_t *frame, uint32_t clock_us, const uint16_t *bus, const int16_t *current) {
  frame[0] = 0xa5;
  frame[1] = 0x5a;
  uint8_t *at = put16(put16(frame + 2, clock_us & 0xffff), clock_us >> 16);
  for (int sensor = 0; sensor < 2; sensor++) at = put16(put16(at, bus[sensor]), (uint16_t)current[sensor]);
  /* The sync word is not covered. */
  put16(at, crc16(frame + 2, (int)(at - (frame + 2))));
}
#endif
