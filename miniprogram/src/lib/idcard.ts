/** Whether what is typed can be right: names, telephone numbers, ID numbers; every answer is a sentence for the person. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** The number without blanks, its last sign in capitals. */
export function tidyId(typed: string): string {
  return typed.replace(/\s/g, "").toUpperCase();
}

/** What is wrong with an ID number, or "" (also for none: no missing paper stops a declaration). */
export function idFault(typed: string): string {
  const number = tidyId(typed);
  if (!number) return "";
  if (!/^\d{0,17}[\dX]?$/.test(number)) return "身份证号只有数字，最后一位可以是 X。";
  if (number.length !== 18) return `身份证号是 18 位，现在是 ${number.length} 位。`;
  const sum = WEIGHTS.reduce((before, weight, index) => before + weight * Number(number[index]), 0);
  return CHECKS[sum % 11] === number[17] ? "" : "身份证号有一位不对，请对着证件再看一遍。";
}

/** What is wrong with a mobile or landline number, or "". */
export function phoneFault(typed: string): string {
  const number = typed.replace(/[\s-]/g, "");
  if (!number) return "请填电话，村干部要打这个电话联系您。";
  if (!/^\d+$/.test(number)) return "电话只有数字。";
  if (number.startsWith("1")) return number.length === 11 ? "" : `手机号是 11 位，现在是 ${number.length} 位。`;
  return /^0\d{9,11}$/.test(number) ? "" : "请填手机号，或者带区号的座机号。";
}

/** What is wrong with a name, or "". */
export function nameFault(typed: string): string {
  return typed.trim() ? "" : "请填户主的姓名。";
}
