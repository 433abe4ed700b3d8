/** Text of a program that jumps between so many places in any order, 1000 times. Given r2: the first place. */
export function meshOfJumps(places: number): string {
  const all = Array.from({ length: places }, (_, i) => i);
  const onward = all.map((i) => `if r2 == ${i} goto p${i}`).join('\n');
  const place = (i: number): string =>
    `p${i}:\nr0 *= 31\nr0 += ${i}\nr1 -= 1\nif r1 == 0 goto out\nr2 = r0\nr2 >>= 3\nr2 %= ${places}\n${onward}`;
  return ['r1 = 1000', 'r0 = 1', onward, ...all.map(place), 'out:', 'exit'].join('\n');
}
