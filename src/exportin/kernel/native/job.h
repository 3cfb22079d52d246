/* What the caller asks for (shared, read only) and what each lane keeps. Laid out as in kernel/native_types.py. */
enum { DONE = 0, PENDING = 1, STEP_TOO_SMALL = 2, TOO_MANY_STEPS = 3, NOT_FINITE = 4, PIVOT_LOST = 5, CHATTERING = 6, QUEUE_FULL = 7, NOT_SETTLED = 8, MOMENTS_COINCIDE = 9 };
enum { DOSE_ADD = 0, DOSE_SET = 1, DOSE_SET_PARAMETER = 2, DOSE_ADD_PARAMETER = 3 };
enum { EVENT_INITIALLY = 1, EVENT_PERSISTENT = 2, EVENT_FROM_TRIGGER = 4 };
enum { STAT_STEPS, STAT_REJECTED, STAT_ROOTS, STAT_WAITING, STATS };

typedef struct {
    int32_t flags, first, count;      /* assignments: first and number in the lists below */
    int32_t delay, priority, unused;  /* result of the `timing` tape, or -1 */
} Event;

typedef struct {
    /* which trajectories */
    const int64_t *which;             /* count indices, or NULL for begin, begin + 1, ... */
    int64_t begin, count;
    int64_t *taken;                   /* how many have been begun, shared by the threads of a run */
    /* numbers: base, then columns that differ between trajectories */
    const double *base, *values;      /* NP; (trajectory, varied) */
    const int32_t *varied;
    int64_t parameters, n_varied;
    /* start: given states, or the initial tape */
    const double *start;              /* (trajectory, N) or (1, N) in the caller's order, or NULL */
    int64_t start_stride;
    const uint8_t *was;               /* (trajectory, events) truth of the triggers before the start, or NULL */
    Tape prepare;                     /* parameters that are computed from others: value of each of `computed` */
    const int32_t *computed;
    Tape initial, constants;          /* the states; q */
    /* control */
    double relative, longest;         /* longest step, 0 for none */
    const double *absolute;           /* (trajectory, N) or (1, N) */
    int64_t absolute_stride, most_steps;
    int32_t pivoting, scaled;         /* scaled: absolute is a share of each state's size */
    /* output */
    const double *times;
    int64_t n_times;
    Tape observed;
    double *out;                      /* (trajectory, time, observable) */
    double *end, *end_parameters;     /* (trajectory, N), (trajectory, NP) or NULL */
    uint8_t *end_triggers;            /* (trajectory, events) or NULL */
    int32_t *status;
    int64_t *stats;                   /* (trajectory, STATS) */
    /* doses: a table for all (offsets NULL) or one for each */
    const int64_t *dose_offsets;
    int64_t n_doses;
    const double *dose_times, *dose_amounts;
    const int32_t *dose_kinds, *dose_targets, *dose_units; /* a set value is divided by a result of `units`, or by nothing (-1) */
    Tape units;
    /* events */
    Tape watch;                       /* triggers, then what is discrete */
    Tape stops;                       /* moments at which a comparison of time may turn */
    Tape timing;                      /* delays and priorities */
    Tape effects;                     /* values of all assignments */
    const Event *events;
    const int32_t *effect_kinds, *effect_targets;
    int64_t n_events, foreseen;       /* foreseen: whatever is watched turns at `stops` or just after them */
    volatile const int32_t *cancel;
} Job;

typedef struct {
    double when;
    int32_t event, known;             /* whether the values are known already */
    double *values;                   /* of the event's assignments */
#if SLOPES
    V *rows;                          /* their derivatives, where they are known */
#endif
} Waiting;

#define QUEUE 64
typedef struct {
    int64_t which, steps, rejected, roots, output, dose, last_dose;
    double t, h, stop, mark, keep, share;
    int32_t fresh, failed, lost, losses, n_stops, n_waiting, marked, moved;
    double *p, *watch, *was, *stops, *scratch;
    uint8_t *trigger;
    Waiting waiting[QUEUE];
} Lane;

typedef struct {
    const Job *job;
    Lane lane[LANES];
    V *x, *y, *stage, *u, *q, *d, *w, *a, *lu, *absolute, *timed;
    V t, h, error, before_h, before_error;
    double *r, *xs, *dense;
    int32_t *pivots;
#if SLOPES
    struct Slopes *slopes;
#endif
} Work;
