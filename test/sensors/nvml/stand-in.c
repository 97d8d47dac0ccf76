/*
 * Stands in for the NVIDIA driver's libnvidia-ml.so.1, with the calls that powerlog makes. What it plays lies in the folder that
 * POWERLOG_STAND_IN names:
 *
 *   gpus     a line a card: UUID|name|architecture|PCI device, hex|instances|fields it has, FIELD@SCOPE|has a counter of energy
 *   values   a line a reading, played in turn and over again: plain mW, energy mJ, stamp of 185, its mW, stamp of 186, its latency, its mW
 *   mode     read at every call: ok, or what is wrong:
 *            no-driver   the library cannot be begun
 *            forbidden   nor by this user
 *            lost        no card can be reached; what was begun is of no use any more
 *            lost-first  nor can the first, the others can
 *            first-hidden   the first card may not be asked for at all
 *            hang        calls for values never return; a file `hanging` then says so
 *            unset       powers are what an unset number is
 *            swapped     the first two cards have changed places
 *
 * POWERLOG_STAND_IN_COUNTER_US is how much CPU the counter of energy takes, as an H200's takes some thousand µs.
 * POWERLOG_STAND_IN_SAMPLES is how many powers the driver keeps, one every 20 ms by the wall clock, a watt more each: what is not set keeps none.
 * A card's power is one watt more than that of the one before it. POWERLOG_STAND_IN_THREADS is how many threads it starts by itself.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  SUCCESS = 0,
  UNINITIALIZED = 1,
  INVALID_ARGUMENT = 2,
  NOT_SUPPORTED = 3,
  NOT_FOUND = 6,
  DRIVER_NOT_LOADED = 9,
  GPU_IS_LOST = 15,
  OPERATING_SYSTEM = 17
};

typedef struct {
  uint32_t field, scope;
  int64_t timestamp, latency;
  int32_t type, code;
  union {
    uint32_t ui;
    uint64_t ull;
  } value;
} FieldValue;

typedef struct {
  uint64_t stamp, power;
} Sample;

typedef struct {
  char legacy[16];
  uint32_t domain, bus, device, pciDevice, subsystem;
  char busId[32];
} Pci;

typedef struct {
  char uuid[80], name[96], fields[160];
  unsigned architecture, pciDevice, instances;
  int hasEnergy;
} Card;

typedef struct {
  int64_t plain, energy, averageStamp, average, instantStamp, latency, instant;
} Reading;

static Card cards[8];
static unsigned count;
static Reading *readings;
static size_t readingCount, next;
static int begun;
/* Handles are no numbers of ours, so that nobody takes an index for one. Those of an earlier beginning are of no use. */
static uintptr_t generation;

static FILE *openPart(const char *name, const char *how) {
  char path[4096];
  const char *folder = getenv("POWERLOG_STAND_IN");
  snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", name);
  return fopen(path, how);
}

static void currentMode(char mode[32]) {
  FILE *file = openPart("mode", "r");
  strcpy(mode, "ok");
  if (!file) return;
  if (fscanf(file, "%31s", mode) != 1) strcpy(mode, "ok");
  fclose(file);
}

static int is(const char *wanted) {
  char mode[32];
  currentMode(mode);
  return strcmp(mode, wanted) == 0;
}

static void *idle(void *unused) {
  (void)unused;
  for (;;) pause();
  return NULL;
}

__attribute__((constructor)) static void begin(void) {
  const char *threads = getenv("POWERLOG_STAND_IN_THREADS");
  for (int n = threads ? atoi(threads) : 0; n > 0; n--) {
    pthread_t thread;
    pthread_create(&thread, NULL, idle, NULL);
  }
  char line[512];
  FILE *file = openPart("gpus", "r");
  while (file && count < 8 && fgets(line, sizeof line, file)) {
    Card *card = &cards[count];
    if (sscanf(line, "%79[^|]|%95[^|]|%u|%x|%u|%159[^|]|%d", card->uuid, card->name, &card->architecture,
               &card->pciDevice, &card->instances, card->fields, &card->hasEnergy) == 7)
      count++;
  }
  if (file) fclose(file);
  file = openPart("values", "r");
  readings = calloc(200000, sizeof *readings);
  while (file && readingCount < 200000) {
    Reading *each = &readings[readingCount];
    if (fscanf(file, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &each->plain,
               &each->energy, &each->averageStamp, &each->average, &each->instantStamp, &each->latency,
               &each->instant) != 7)
      break;
    readingCount++;
  }
  if (file) fclose(file);
}

static const Reading *reading(void) { return &readings[readingCount ? next % readingCount : 0]; }

static uintptr_t handleOf(unsigned index) { return 0x7000000000000000u + generation * 0x10000 + index * 64; }

/* Says so in a file, so that nobody has to guess when. */
static void hang(void) {
  FILE *file = openPart("hanging", "w");
  if (file) fclose(file);
  for (;;) pause();
}

/* The card's index, or a failure below zero. */
static int cardOf(uintptr_t device) {
  unsigned index = (device & 0xffff) / 64;
  if (!begun) return -UNINITIALIZED;
  if (is("lost") || (is("lost-first") && index == 0)) return -GPU_IS_LOST;
  if (index >= count || device != handleOf(index)) return -INVALID_ARGUMENT;
  if (is("hang")) hang();
  return (int)index;
}

int nvmlInit_v2(void) {
  if (is("no-driver") || is("lost")) return DRIVER_NOT_LOADED;
  if (is("forbidden")) return OPERATING_SYSTEM;
  begun++;
  generation++;
  return SUCCESS;
}

int nvmlShutdown(void) {
  if (begun > 0) begun--;
  return SUCCESS;
}

static int text(char *into, uint32_t length, const char *from) {
  snprintf(into, length, "%s", from);
  return SUCCESS;
}

int nvmlSystemGetDriverVersion(char *into, uint32_t length) { return text(into, length, "580.159.04"); }

int nvmlDeviceGetCount_v2(uint32_t *into) {
  *into = count;
  return begun ? SUCCESS : UNINITIALIZED;
}

int nvmlDeviceGetHandleByIndex_v2(uint32_t index, uintptr_t *into) {
  if (index >= count) return INVALID_ARGUMENT;
  if (index == 0 && is("first-hidden")) return GPU_IS_LOST;
  *into = handleOf(index < 2 && is("swapped") ? 1 - index : index);
  return SUCCESS;
}

/* Instances have handles behind those of their cards, and no more than a UUID. */
int nvmlDeviceGetUUID(uintptr_t device, char *into, uint32_t length) {
  unsigned place = device & 0xffff;
  char uuid[128];
  if (place % 64 == 0) return text(into, length, cards[place / 64].uuid);
  snprintf(uuid, sizeof uuid, "MIG-%s-%u", cards[place / 64].uuid + 4, place % 64 - 1);
  return text(into, length, uuid);
}

int nvmlDeviceGetName(uintptr_t device, char *into, uint32_t length) {
  int card = cardOf(device);
  return card < 0 ? -card : text(into, length, cards[card].name);
}

int nvmlDeviceGetArchitecture(uintptr_t device, uint32_t *into) {
  int card = cardOf(device);
  if (card < 0) return -card;
  *into = cards[card].architecture;
  return SUCCESS;
}

int nvmlDeviceGetPciInfo_v3(uintptr_t device, Pci *into) {
  int card = cardOf(device);
  if (card < 0) return -card;
  memset(into, 0, sizeof *into);
  into->bus = 6 + card;
  into->pciDevice = cards[card].pciDevice << 16 | 0x10de;
  snprintf(into->busId, sizeof into->busId, "00000000:%02X:00.0", into->bus);
  return SUCCESS;
}

int nvmlDeviceGetMigMode(uintptr_t device, uint32_t *current, uint32_t *pending) {
  int card = cardOf(device);
  if (card < 0) return -card;
  if (cards[card].architecture < 7) return NOT_SUPPORTED;
  *current = *pending = cards[card].instances > 0;
  return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(uintptr_t device, uint32_t *into) {
  (void)device;
  *into = 7;
  return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(uintptr_t device, uint32_t index, uintptr_t *into) {
  int card = cardOf(device);
  if (card < 0) return -card;
  if (index >= cards[card].instances) return NOT_FOUND;
  *into = device + 1 + index;
  return SUCCESS;
}

int nvmlDeviceGetPowerUsage(uintptr_t device, uint32_t *into) {
  int card = cardOf(device);
  if (card < 0) return -card;
  if (reading()->plain < 0) return NOT_SUPPORTED;
  *into = is("unset") ? UINT32_MAX : (uint32_t)reading()->plain + 1000 * card;
  return SUCCESS;
}

/* Computes for so long, however busy the machine is. */
static void compute(void) {
  const char *wanted = getenv("POWERLOG_STAND_IN_COUNTER_US");
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  int64_t endNs = now.tv_sec * INT64_C(1000000000) + now.tv_nsec + (wanted ? atoll(wanted) * 1000 : 0);
  while (now.tv_sec * INT64_C(1000000000) + now.tv_nsec < endNs) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
}

int nvmlDeviceGetTotalEnergyConsumption(uintptr_t device, uint64_t *into) {
  int card = cardOf(device);
  if (card < 0) return -card;
  if (!cards[card].hasEnergy) return NOT_SUPPORTED;
  compute();
  *into = (uint64_t)reading()->energy;
  return SUCCESS;
}

/* Its n-th sample since 1970 is n mod 1000 W, and a card's a hundredth of a second behind that of the one before it. */
int nvmlDeviceGetSamples(uintptr_t device, int kind, uint64_t behind, int *type, uint32_t *asked, Sample *into) {
  int card = cardOf(device);
  if (card < 0) return -card;
  const char *kept = getenv("POWERLOG_STAND_IN_SAMPLES");
  if (!kept || kind != 0) return NOT_SUPPORTED;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t last = (now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000 - 10000 * card) / 20000, first = last - atoi(kept) + 1;
  uint32_t given = 0;
  *type = 1;
  for (uint64_t n = first; n <= last && given < *asked; n++) {
    uint64_t stamp = n * 20000 + 10000 * card;
    if (stamp <= behind) continue;
    into[given].stamp = stamp;
    into[given++].power = (n % 1000) * 1000;
  }
  *asked = given;
  return given ? SUCCESS : NOT_FOUND;
}

static int has(const Card *card, uint32_t field, uint32_t scope) {
  char wanted[32];
  snprintf(wanted, sizeof wanted, "%u@%u", field, scope);
  return strstr(card->fields, wanted) != NULL;
}

int nvmlDeviceGetFieldValues(uintptr_t device, int asked, FieldValue *values) {
  int card = cardOf(device);
  if (card < 0) return -card;
  if (card == 0) next++;
  const Reading *now = reading();
  for (int n = 0; n < asked; n++) {
    FieldValue *each = &values[n];
    int isInstant = each->field == 186;
    each->code = has(&cards[card], each->field, each->scope) ? SUCCESS : NOT_SUPPORTED;
    if (each->code != SUCCESS) continue;
    each->timestamp = isInstant ? now->instantStamp : now->averageStamp;
    each->latency = isInstant ? now->latency : 0;
    each->type = each->field == 191 ? 3 : 1;
    if (each->field == 191) each->value.ull = (uint64_t)now->energy;
    else if (is("unset")) each->value.ui = UINT32_MAX;
    else each->value.ui = (uint32_t)(isInstant ? now->instant : now->average) / (each->scope == 2 ? 2 : 1) + 1000 * card;
  }
  return SUCCESS;
}
