const source = new URL('../../../assets/icons/source/app.svg', import.meta.url).href;

/** The app's icon. */
export function AppSign() {
  return <img class="app-sign" src={source} alt="" width={96} height={96} draggable={false} />;
}
