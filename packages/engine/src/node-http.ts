/**
 * node:http without its ES module face: importing that reads every export, and some of them load all of fetch and WebSocket when they
 * are read. It takes each command 40 ms of its start, and an idle edge several megabytes. Types may be imported as usual.
 */
export const { createServer, request: httpRequest, STATUS_CODES } = process.getBuiltinModule("node:http");
