/* What is watched along a trajectory, at the present state of a lane. */
static void look(Work *k, int l, double *into) { /* triggers and discrete values at the present state */
    present(k->x, l, k->job->watch.reads, k->job->watch.states, k->xs);
    play(&k->job->watch, k->lane[l].t, k->xs, k->lane[l].p, k->r, into);
}
