/** Horizontal bars with their names and values as text: a list that reads without seeing it. */
export function Bars({
  bars,
  caption,
}: {
  bars: readonly { readonly name: string; readonly value: number; readonly text: string }[];
  caption: string;
}) {
  const most = Math.max(1e-12, ...bars.map(({ value }) => value));
  return (
    <figure className="bars">
      <ul>
        {bars.map(({ name, value, text }) => (
          <li key={name}>
            <span className="anywhere">{name}</span>
            <i>
              <b style={{ width: `${(100 * value) / most}%` }} />
            </i>
            <span className="n soft">{text}</span>
          </li>
        ))}
      </ul>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}
