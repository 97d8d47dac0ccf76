// Frames on standard input to CSV on standard output, the plain way: fread, struct, fprintf. The same columns and
// bytes as `powerlog replay --board benchlab --rate HZ`. Usage: decode RATE_HZ
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct frame {
  int16_t vin[13];
  uint16_t vdd, vref;
  int16_t chip, probe[4], ambient;
  uint16_t humidity;
  uint8_t fan_switch, rgb_switch, rgb_ext, fan_ext;
  struct { int16_t mv; int32_t ma, mw; } rail[11];
  struct { uint8_t enabled, duty; uint16_t rpm; } fan[9];
};
_Static_assert(sizeof(struct frame) == 216, "natural alignment");

static const char *const names[11] = {"eps1",  "eps2",  "atx_3v3", "atx_5v", "atx_5vsb", "atx_12v",
                                      "pcie1", "pcie2", "pcie3",   "hpwr1",  "hpwr2"};

static int32_t sum(const struct frame *f, int first, int last) {
  int32_t mw = 0;
  for (int rail = first; rail <= last; rail++) mw += f->rail[rail].mw;
  return mw;
}

int main(int argc, char **argv) {
  double rate = argc > 1 ? atof(argv[1]) : 1000;
  printf("time_s,unix_time_s,system_power_w,cpu_power_w,gpu_power_w,motherboard_power_w");
  for (int r = 0; r < 11; r++) printf(",%s_voltage_v,%s_current_a,%s_power_w", names[r], names[r], names[r]);
  putchar('\n');
  struct frame f;
  for (long n = 0; fread(&f, sizeof f, 1, stdin) == 1; n++) {
    int32_t cpu = sum(&f, 0, 1), board = sum(&f, 2, 5), gpu = sum(&f, 6, 10);
    fprintf(stdout, "%.6f,,%.3f,%.3f,%.3f,%.3f", n / rate, (cpu + board + gpu) / 1000.0, cpu / 1000.0, gpu / 1000.0,
            board / 1000.0);
    for (int r = 0; r < 11; r++)
      fprintf(stdout, ",%.3f,%.3f,%.3f", f.rail[r].mv / 1000.0, f.rail[r].ma / 1000.0, f.rail[r].mw / 1000.0);
    putchar('\n');
  }
}
