/* What an elder needs of the page that is seen: sizes, contrast, room to tap, Chinese words. */
() => {
  const lum = (c) => c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const rgba = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const ground = (node) => {
    for (; node && node.nodeType === 1; node = node.parentElement) {
      const [r, g, b, a = 1] = rgba(getComputedStyle(node).backgroundColor);
      if (a > 0.9) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const wrong = [];
  const page = [...document.querySelectorAll("wx-page")].filter(p => p.style.display !== "none").at(-1);
  const shown = (e) => { const b = e.getBoundingClientRect(); return b.width > 0 && b.height > 0; };
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  let texts = 0, targets = 0;
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), holder = walker.currentNode.parentElement;
    if (!words || !shown(holder)) continue;
    texts += 1;
    const look = getComputedStyle(holder), size = parseFloat(look.fontSize);
    const [a, b] = [lum(rgba(look.color).slice(0, 3)), lum(ground(holder))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05), line = parseFloat(look.lineHeight) / size;
    if (size < 18) wrong.push(`${words}: ${size} px`);
    if (contrast < 4.5) wrong.push(`${words}: contrast ${contrast.toFixed(2)}`);
    if (line < 1.3 && [...words].length > 8) wrong.push(`${words}: lines ${line.toFixed(2)} apart`);
    if (/[A-Za-z]{2,}/.test(words) && !/^[\sA-Z0-9-]+$/.test(words.replace(/[^\x00-\x7f]/g, ""))) wrong.push(`${words}: not Chinese`);
  }
  const tapped = "wx-button, wx-picker, [role=button], [role=link], [role=radio], [role=checkbox], input, textarea";
  for (const target of page.querySelectorAll(tapped)) {
    if (!shown(target)) continue;
    targets += 1;
    const box = target.getBoundingClientRect();
    const name = target.textContent.trim().slice(0, 20) || target.getAttribute("aria-label") || target.tagName;
    const host = target.closest("wx-input, wx-textarea")?.getBoundingClientRect() ?? box;
    if (Math.round(host.height) < 60 || Math.round(box.width) < 60) wrong.push(`${name}: ${Math.round(box.width)} x ${Math.round(host.height)} to tap`);
  }
  return {wrong, texts, targets};
}
