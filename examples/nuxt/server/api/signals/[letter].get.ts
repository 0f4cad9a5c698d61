export default defineEventHandler((event) => {
  const letter = getRouterParam(event, "letter")?.toUpperCase();
  const signal = signals.find((each) => each.letter === letter);
  if (!signal) throw createError({ statusCode: 404, statusMessage: "No flag for that" });
  return signal;
});
