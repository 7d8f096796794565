/* A week of the mini-centre and of nothing else, as fast as it can be said: what the compiled engine is measured against.

   In the order of sim/engine/order.py: at one tick, work ends (by record) before shifts end, before shifts begin, before
   arrivals; after each event whoever is free and on shift, the lowest number first, takes who came first. */
#include <stdint.h>

#define RECEPTION 2
#define PEOPLE 7
#define NEVER INT64_MAX

/* shift: rows (tick, person, begins), sorted by tick, ends before beginnings.
   out: four ticks and two people of each visit: called and done at the reception, called and done at a counter. */
void simulate(int64_t n, const int64_t *arrival, const int64_t *guidance, const int64_t *intake, int64_t n_shifts,
              const int64_t *shift, int64_t *second, int64_t *out)
{
    int64_t busy_until[PEOPLE], at_work[PEOPLE];
    uint32_t on_shift = 0, busy = 0;
    int64_t come = 0, step = 0, first_head = 0, second_head = 0, second_tail = 0;
    for (int person = 0; person < PEOPLE; person++)
        busy_until[person] = NEVER, at_work[person] = NEVER;
    for (;;) {
        int ends = 0;
        for (int person = 1; person < PEOPLE; person++)
            if (busy_until[person] < busy_until[ends]
                || (busy_until[person] == busy_until[ends] && at_work[person] < at_work[ends]))
                ends = person;
        int64_t end = busy_until[ends];
        int64_t turn = step < n_shifts ? shift[3 * step] : NEVER;
        int64_t next = come < n ? arrival[come] : NEVER;
        int64_t now;
        if (end != NEVER && end <= turn && end <= next) {
            now = end;
            if (ends < RECEPTION)
                second[second_tail++] = at_work[ends];
            busy_until[ends] = NEVER, at_work[ends] = NEVER;
            busy &= ~(1u << ends);
        } else if (turn != NEVER && turn <= next) {
            now = turn;
            uint32_t bit = 1u << shift[3 * step + 1];
            on_shift = shift[3 * step + 2] ? on_shift | bit : on_shift & ~bit;
            step++;
        } else if (next != NEVER) {
            now = next;
            come++;
        } else {
            return;
        }
        for (uint32_t idle = on_shift & ~busy; idle; idle &= idle - 1) {
            int person = __builtin_ctz(idle), is_reception = person < RECEPTION;
            int64_t record, work;
            if (is_reception) {
                if (first_head == come)
                    continue;
                record = first_head++, work = guidance[record];
            } else {
                if (second_head == second_tail)
                    break;
                record = second[second_head++], work = intake[record];
            }
            int64_t *told = out + 6 * record + 3 * !is_reception;
            told[0] = now, told[1] = now + work, told[2] = person;
            busy_until[person] = now + work, at_work[person] = record;
            busy |= 1u << person;
        }
    }
}
