/** A picture for people: what is kept on the left, as coarse as it is kept, what is there now on the right, and a frame round what differs. */
import { PNG } from "pngjs";
import { cell, columnsOf, type Look, type Place } from "./look.ts";

type Colour = [number, number, number];
const frame: Colour = [255, 0, 200];
const gap = 16;

export function marked(kept: Look, now: PNG, places: Place[]): PNG {
  const height = Math.max(kept.height, now.height);
  const picture = new PNG({ width: kept.width + gap + now.width, height });
  const right = kept.width + gap;
  for (let y = 0; y < kept.height; y++) for (let x = 0; x < kept.width; x++) dot(picture, x, y, keptAt(kept, x, y));
  PNG.bitblt(now, picture, 0, 0, now.width, now.height, right, 0);
  for (const place of places)
    for (const left of [0, right]) {
      for (let x = left + place.x; x < left + place.x + place.width; x++)
        for (const y of [place.y, place.y + 1, place.y + place.height - 2, place.y + place.height - 1])
          dot(picture, x, y, frame);
      for (let y = place.y; y < place.y + place.height; y++)
        for (const x of [place.x, place.x + 1, place.x + place.width - 2, place.x + place.width - 1])
          dot(picture, left + x, y, frame);
    }
  return picture;
}

/** The mean colour of the cell; a line in grey. */
function keptAt(look: Look, x: number, y: number): Colour {
  const index = Math.floor(y / cell) * columnsOf(look) + Math.floor(x / cell);
  if ((look.across[index]! >> (y % cell)) & 1 || (look.down[index]! >> (x % cell)) & 1) return [128, 128, 128];
  const [light, red, blue] = [look.light[index]!, (look.red[index]! - 128) * 2, (look.blue[index]! - 128) * 2];
  const green = light - (red + blue) / 4;
  return [green + red, green, green + blue];
}

function dot(picture: PNG, x: number, y: number, colour: Colour): void {
  if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
  const at = (y * picture.width + x) * 4;
  picture.data.set([...colour.map((level) => Math.max(0, Math.min(255, Math.round(level)))), 255], at);
}
