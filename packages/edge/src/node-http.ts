/**
 * node:http without its ES module face: importing that reads every export, and some of them load all of fetch and WebSocket when
 * they are read, which an idle edge would pay several megabytes for.
 */
export const { createServer, request: httpRequest, STATUS_CODES } = process.getBuiltinModule("node:http");
