/** WeChat's question whether it may send messages; whatever is answered, the way goes on. */

/** Ask for these templates, at once and inside the tap; resolves to whether any was allowed. */
export function askSubscription(templates: string[]): Promise<boolean> {
  if (templates.length === 0) return Promise.resolve(false);
  return new Promise((resolve) =>
    wx.requestSubscribeMessage({
      tmplIds: templates.slice(0, 3),
      success: (answer) => resolve(templates.some((each) => answer[each] === "accept")),
      fail: () => resolve(false),
    }),
  );
}
