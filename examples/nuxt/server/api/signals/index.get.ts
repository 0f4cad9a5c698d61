export default defineEventHandler(() => signals.map(({ letter, name, stripes, upright }) => ({ letter, name, stripes, upright })));
