// The sub-commands of trgw-pktgen: one entry per file, all with main()'s shape.
#ifndef PG_COMMAND_H
#define PG_COMMAND_H

/* Each gets argv starting at its own name ("msrp", "--role", ...) and returns the exit status:
 * 0 everything held, 1 something did not, 2 the command line is wrong. */
int pg_cmd_msrp(int argc, char **argv);
int pg_cmd_bfcp(int argc, char **argv);
int pg_cmd_t38(int argc, char **argv);
int pg_cmd_ibcf(int argc, char **argv);
int pg_cmd_capture(int argc, char **argv);
int pg_cmd_proof(int argc, char **argv);

#endif
