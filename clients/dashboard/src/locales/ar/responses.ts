import type { Responses } from "../en/responses.js";

const responses: Responses = {
  intro: "نصوص جاهزة للإرسال: اكتب / ثم الاختصار حيث تكتب رسالة.",
  search: "البحث في الردود الجاهزة",
  add: "رد جاهز جديد",
  empty: "لا توجد ردود جاهزة بعد. اكتب هنا ما تقوله مرارًا.",
  emptySearch: "لا يوجد رد جاهز تبدأ إحدى كلماته هكذا.",
  edit: "تعديل",
  editTitle: "تعديل الرد الجاهز",
  title: "العنوان",
  shortcut: "الاختصار (اختياري)",
  shortcutText: "ما تكتبه بعد / للعثور عليه.",
  shortcutTaken: "لرد جاهز آخر هذا الاختصار.",
  category: "الفئة (اختياري)",
  categoryText: "بدونها تكون «General».",
  content: "النص",
  contentBlank: "اكتب النص.",
  placeholders: "إدراج",
  placeholdersText: "توضع الأسماء عند استخدام الرد. وحيث لا يُعرف الاسم لا يوضع شيء.",
  placeholder: {
    "visitor.name": "اسم الزائر",
    "visitor.email": "بريد الزائر",
    "agent.name": "اسمك",
  },
  removeTitle: "حذف الرد الجاهز؟",
  removeText: "سيُحذف «{title}» لدى الجميع.",
  tooMany: "بلغت الردود الجاهزة أقصى عدد لها. احذف بعضها أولًا.",
  found: {
    zero: "لا ردود جاهزة",
    one: "رد جاهز واحد",
    two: "ردان جاهزان",
    few: "{n} ردود جاهزة",
    many: "{n} ردًا جاهزًا",
    other: "{n} رد جاهز",
  },
};

export default responses;
