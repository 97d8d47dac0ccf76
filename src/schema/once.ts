import * as z from 'zod';

/**
 * Every schema's file imports this before it makes one. By itself zod writes and compiles a function for each kind of object;
 * a start reads a header or two, and pays more for them than they save.
 */
z.config({ jitless: true });
