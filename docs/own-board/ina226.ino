// Two INA226 on I2C, for a 12 V and a 5 V rail, read 500 times a second: what ina226.json describes.
// Addresses by the A0 and A1 pins; shunts of 2 mΩ and 10 mΩ. Any board of Arduino's with I2C and a USB serial port does.
#include <Wire.h>

#include "frame.h"

const uint8_t ADDRESSES[2] = {0x40, 0x41};
const float SHUNTS_OHM[2] = {0.002, 0.010};
const float CURRENT_LSB_A[2] = {0.001, 0.0005};  // "lsb" of the currents in ina226.json
const uint32_t PERIOD_US = 2000;                 // "expected_hz": 500

bool talks = false;
uint32_t next_us = 0;

void write_register(uint8_t address, uint8_t number, uint16_t value) {
  Wire.beginTransmission(address);
  Wire.write(number);
  Wire.write(value >> 8);
  Wire.write(value & 0xff);
  Wire.endTransmission();
}

uint16_t read_register(uint8_t address, uint8_t number) {
  Wire.beginTransmission(address);
  Wire.write(number);
  Wire.endTransmission();
  Wire.requestFrom(address, (uint8_t)2);
  uint16_t high = Wire.read();
  return high << 8 | Wire.read();
}

void setup() {
  Serial.begin(115200);
  Wire.begin();
  Wire.setClock(400000);
  for (int n = 0; n < 2; n++) {
    // Bus and shunt converted in 588 µs each, over and over, without averaging: a new pair every 1.2 ms (data sheet, configuration register).
    write_register(ADDRESSES[n], 0x00, 0x4000 | 3 << 6 | 3 << 3 | 7);
    // Calibration register = 0.00512 / (current LSB × shunt) (data sheet, calibration register).
    write_register(ADDRESSES[n], 0x05, (uint16_t)(0.00512 / (CURRENT_LSB_A[n] * SHUNTS_OHM[n]) + 0.5));
  }
}

void loop() {
  while (Serial.available() > 0) {
    int byte = Serial.read();
    if (byte == 'S') {
      talks = true;
      next_us = micros();
    } else if (byte == 'T') {
      talks = false;
    }  // powerlog sends 0x00 first, to be sure that it speaks to no other maker's board: nothing is done then
  }
  if (!talks || (int32_t)(micros() - next_us) < 0) return;
  next_us += PERIOD_US;
  uint16_t bus[2];
  int16_t current[2];
  uint32_t clock_us = micros();
  for (int n = 0; n < 2; n++) {
    bus[n] = read_register(ADDRESSES[n], 0x02);
    current[n] = (int16_t)read_register(ADDRESSES[n], 0x04);
  }
  uint8_t frame[FRAME_BYTES];
  write_frame(frame, clock_us, bus, current);
  Serial.write(frame, FRAME_BYTES);
}
