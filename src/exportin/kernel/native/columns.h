/* Columns of the derivatives of the rates by parameters, one function each; 0 where a parameter does not matter. */
typedef void (*Part)(const V *t, const V *x, const V *q, const V *d, V *w, V *out);
extern HIDDEN const Part BY_P[], ALONG_P[];
extern HIDDEN const int P_START[], P_ROW[];
