"""Vouchers and their redemption: contracts, invoices, quarters, payments."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "BJ_E_CONTRACT_CLAIMED": {
        "zh": (
            "合同 {number} 已由案件 {case} 申领算力券 {voucher}，同一合同仅能申领一次。",
            "如需兑付请凭该算力券申请；其他合同可另行申领。",
        ),
        "en": (
            "Contract {number} was claimed by case {case} (voucher {voucher}); a contract is claimed once.",
            "Redeem that voucher, or claim on another contract.",
        ),
    },
    "CONTRACT_OTHER_BUYER": {
        "zh": ("合同 {number} 的买方 {buyer} 不是申报单位 {uscc}。", "请凭本单位签订的合同申领。"),
        "en": (
            "Contract {number} is bought by {buyer}, not by the applicant {uscc}.",
            "Claim on a contract of your own.",
        ),
    },
    "NOTHING_DUE": {
        "zh": (
            "案件 {case} 本次没有应兑付金额：开票、交付、付款中最小者新增{base}，累计计入{cumulative}，"
            "应兑付总额向下取整到分后仍为{due_fen}。",
            "补齐交付或付款后可凭同一发票再次申请；累计已达合同可计金额的，本券不再有应兑付金额。",
        ),
        "en": (
            "Case {case} adds nothing that is due: min(invoiced, delivered, paid) grows by {base} to {cumulative} in "
            "all, and what that releases, rounded down to the fen, is still {due_fen}.",
            "Ask again with the same invoice when more is delivered or paid, unless the whole contract is settled.",
        ),
    },
    "CLAW_BACK_OPEN": {
        "zh": (
            "案件 {case} 本次没有应兑付金额：算力券 {voucher} 应缴回而尚未缴回{owed_fen}，"
            "已支付而未缴回的加上应兑付的不得超过券额。",
            "缴回之后可凭同一发票再次申请。",
        ),
        "en": (
            "Case {case}: {owed_fen} of voucher {voucher} is to be paid back and has not come in; what was paid and "
            "not returned, with what is due, never exceeds its face value, so nothing is due.",
            "Ask again with the same invoice when it has come in.",
        ),
    },
    "BJ_E_CAP": {
        "zh": (
            "{year}年度申领限额{cap_fen}已用{used_fen}，本案没有可发放的额度。",
            "本合同的一次申领机会未使用，可在下一自然年度申领。",
        ),
        "en": (
            "The cap of {year}, {cap_fen}, has {used_fen} issued; nothing is left for this case.",
            "The contract's single claim is not used up; it may be filed next year.",
        ),
    },
    "VOUCHER_UNKNOWN": {
        "zh": ("没有算力券 {voucher}。", "请核对券号。"),
        "en": ("There is no voucher {voucher}.", "Check the number."),
    },
    "VOUCHER_IN_PAYMENT": {
        "zh": (
            "算力券 {voucher} 尚有 {open_fen} 已核定未支付，此时不能重新核定券额。",
            "请待相关兑付支付完毕后再办。",
        ),
        "en": (
            "Of voucher {voucher}, {open_fen} is due and not paid yet; its worth cannot change meanwhile.",
            "Wait until those payments are settled.",
        ),
    },
    "RESCALE_OTHER_CONTRACT": {
        "zh": (
            "算力券 {voucher} 依据合同 {known} 发放，所报变更后的合同 {number} 不是同一合同。",
            "请按原买方、供给方、合同编号和签订日期填写变更后的合同。",
        ),
        "en": (
            "Voucher {voucher} was issued on contract {known}; contract {number} is another one.",
            "Give the changed contract with the same buyer, supplier, number and day of signing.",
        ),
    },
    "RESCALE_NOT_LOWER": {
        "zh": (
            "变更后的核定依据 {now} 不低于算力券 {voucher} 现有的 {before}，券额不变。",
            "合同终止或减价的，请填写实际执行的金额和期限；合同增加金额不增加券额。",
        ),
        "en": (
            "The changed contract counts {now}, no less than the {before} of voucher {voucher}: its worth stays.",
            "Give what was really carried out; a contract that grows makes no voucher larger.",
        ),
    },
    "VOUCHER_EXPIRED": {
        "zh": ("有效期至 {valid_through}，{requested_on} 提出的申请已过有效期。", "请咨询主管部门。"),
        "en": ("It was valid through {valid_through}; the request is of {requested_on}.", "Ask the authority."),
    },
    "NOT_THE_HOLDER": {
        "zh": (
            "算力券 {voucher} 不是向 {uscc} 发放的；券不得转让，只向持有单位兑付。",
            "请由持有单位提出兑付申请。",
        ),
        "en": (
            "Voucher {voucher} was not issued to {uscc}; it cannot be transferred and is paid to its holder only.",
            "Let the holder ask.",
        ),
    },
    "NOT_TRANSFERABLE": {
        "zh": (
            "算力券 {voucher} 由 {holder} 持有，不得转让给 {to}，只用于所列合同。",
            "请由持有单位按所列合同兑付；受让单位可就自己签订的合同申领。",
        ),
        "en": (
            "Voucher {voucher} of {holder} cannot be made over to {to}; it is for the contract it names only.",
            "Let the holder redeem it on that contract; others claim a voucher on a contract of their own.",
        ),
    },
    "NOTHING_LAPSES": {
        "zh": ("批次 {cycle} 没有待办理失效的算力券。", "无需操作。"),
        "en": ("No vouchers are to lapse with {cycle}.", "Nothing needs to be done."),
    },
    "VOUCHERS_TO_LAPSE": {
        "zh": ("批次 {cycle} 截止时有效期届满的算力券尚未全部办理失效。", "先办理失效，再结清批次。"),
        "en": ("Vouchers whose validity ended by the cut-off of {cycle} have not all lapsed.", "Sweep them first."),
    },
    "REDEMPTION_ENDED": {
        "zh": ("最后一个兑付批次为 {last_quarter}，{requested_on} 提出的申请没有可进入的批次。", "请咨询主管部门。"),
        "en": ("The last batch is {last_quarter}; a request of {requested_on} joins none.", "Ask the authority."),
    },
    "PAYEE_NOT_HOLDER": {
        "zh": ("收款户名 {payee} 与券持有单位 {holder} 不一致。", "请填写与登记名称一致的本单位账户。"),
        "en": ("The account is held by {payee}, the voucher by {holder}.", "Name an account of the holder itself."),
    },
    "PAYEE_NOT_SUPPLIER": {
        "zh": ("收款户名 {payee} 与供给方 {supplier} 不一致。", "本政策结算给供给方，请填写供给方账户。"),
        "en": ("The account is held by {payee}, not by the supplier {supplier}.", "Name an account of the supplier."),
    },
    "INVOICE_OTHER_PARTY": {
        "zh": (
            "发票 {number} 的购方为 {buyer}、销方为 {seller}，而合同的购方为 {holder}、供给方为 {supplier}。",
            "请提交合同双方之间的发票。",
        ),
        "en": (
            "Invoice {number} is from {seller} to {buyer}; the contract's parties are {supplier} and {holder}.",
            "Hand in invoices between the parties.",
        ),
    },
    "INVOICE_USED_ELSEWHERE": {
        "zh": ("发票 {number} 已用于算力券 {voucher}。", "同一发票只能用于一张算力券。"),
        "en": ("Invoice {number} already serves voucher {voucher}.", "An invoice serves one voucher only."),
    },
    "INVOICE_IN_GRANT": {
        "zh": ("发票 {number} 已用于申报案件 {case}。", "同一发票只能使用一次；该案未获支持而办结的，发票可再使用。"),
        "en": (
            "Invoice {number} is already used in application {case}.",
            "An invoice is used once; it is free again if that application ends without a grant.",
        ),
    },
    "INVOICE_BEFORE_CONTRACT": {
        "zh": (
            "发票 {number} 开具于{day}，早于合同签订日{signed_on}。",
            "请提交合同签订以后开具的发票；日期填写有误的，请更正。",
        ),
        "en": (
            "Invoice {number} was issued on {day}, before the contract was signed on {signed_on}.",
            "Hand in invoices issued since the contract was signed; check the date.",
        ),
    },
    "INVOICE_CHANGED": {
        "zh": (
            "发票 {number} 的内容与案件 {case} 提交的不一致（价税合计{amount_fen}，此前为{before_fen}）。",
            "同一发票每次提交的开票日期、双方、项目和金额须一致；请核对。此前提交有误的，请先更正或撤回该案。",
        ),
        "en": (
            "Invoice {number} is not what case {case} handed in (total {amount_fen}, there {before_fen}).",
            "An invoice has the same date, parties, lines and amounts each time; check it, or mend that case first.",
        ),
    },
    "PAPER_CHANGED": {
        "zh": (
            "凭证 {number}（{amount_fen}）与案件 {case} 提交的 {before}（{before_fen}）为同一凭证，内容不一致。",
            "同一凭证每次提交的编号和金额须一致；请核对。",
        ),
        "en": (
            "Paper {number} ({amount_fen}) is paper {before} ({before_fen}) of case {case}, and says something else.",
            "A receipt or a proof has the same number and amount each time; check it.",
        ),
    },
    "PAPER_USED_ELSEWHERE": {
        "zh": (
            "凭证 {number} 已在案件 {case} 中用于发票 {invoice}。",
            "同一凭证只计算一次；一份凭证对应多张发票的，每次提交均须填写其总额（total_fen），各部分合计不得超过总额。",
        ),
        "en": (
            "Paper {number} is used for invoice {invoice} in case {case}.",
            "It counts once. If it is for several invoices, give its total_fen each time; the parts may not exceed it.",
        ),
    },
    "PAPER_EXCEEDS": {
        "zh": (
            "凭证 {number} 用于各发票的金额合计{together_fen}，超过其总额{total_fen}。",
            "请核对各发票所对应的金额。",
        ),
        "en": (
            "Paper {number} comes to {together_fen} over its invoices, more than its total of {total_fen}.",
            "Check what of it is for each invoice.",
        ),
    },
    "INVOICE_TWICE": {
        "zh": (
            "本次申请中有两张号码为 {number} 的发票；交付凭证和付款凭证按号码对应，一次申请中号码不得重复。",
            "同一发票只填写一次；代码不同而号码相同的，请分两次申请。",
        ),
        "en": (
            "Two invoices of the request have the number {number}; proofs name an invoice by its number alone.",
            "Give one invoice once; of two with the same number and other codes, ask for each on its own.",
        ),
    },
    "RED_INVOICE_ALONE": {
        "zh": (
            "本次申请只有红字发票 {numbers}；红字发票只冲减蓝字发票，不单独兑付。",
            "请连同蓝字发票或其他已结算的发票申请；已兑付的蓝字发票被红冲的，请报告主管部门。",
        ),
        "en": (
            "The request has red invoices only ({numbers}); a red one reduces a blue one and releases nothing.",
            "Hand it in with blue invoices; tell the authority if what it reverses was paid already.",
        ),
    },
    "RED_INVOICE_EARLY": {
        "zh": (
            "红字发票 {number} 的日期 {day} 早于所冲减的蓝字发票 {blue} 的日期 {blue_day}。",
            "请核对两张发票的日期和号码。",
        ),
        "en": (
            "Red invoice {number} is dated {day}, before the blue one {blue} of {blue_day}.",
            "Check the dates and numbers of both.",
        ),
    },
    "RED_INVOICE_UNMATCHED": {
        "zh": (
            "红字发票 {number} 冲减的蓝字发票 {blue} 不在本次申请中，也未用于算力券 {voucher}。",
            "请连同被冲减的蓝字发票提交，或核对所填的蓝字发票号码。",
        ),
        "en": (
            "Red invoice {number} reverses {blue}, which is neither in the request nor serves voucher {voucher}.",
            "Hand in the blue invoice with it, or check the number that it names.",
        ),
    },
    "RED_INVOICE_EXCEEDS": {
        "zh": (
            "红字发票 {number} 冲减{amount_fen}，连同此前冲减的{before_fen}超过蓝字发票 {blue} 的{total_fen}。",
            "红字发票合计不得超过蓝字发票；请核对金额和所填的蓝字发票号码。",
        ),
        "en": (
            "Red invoice {number} reverses {amount_fen} after {before_fen}: more than the {total_fen} of {blue}.",
            "Red invoices reverse at most the whole; check the amounts and the number of the blue one.",
        ),
    },
    "RED_INVOICE_UNDER_WAY": {
        "zh": (
            "红字发票 {number} 冲减的蓝字发票 {blue} 在案件 {case} 中尚未核定。",
            "请待该案核定后申请；或撤回该案，将两张发票一并提交。",
        ),
        "en": (
            "Red invoice {number} reverses {blue}, which case {case} has handed in and which is not assessed yet.",
            "Wait until it is, or withdraw that case and hand in both together.",
        ),
    },
    "RED_INVOICE_LEFT_OUT": {
        "zh": (
            "蓝字发票 {blue} 已被案件 {case} 提交的红字发票 {number} 冲减{amount_fen}，本次申请未包含该红字发票。",
            "请将该红字发票与蓝字发票一并提交。",
        ),
        "en": (
            "Red invoice {number} (case {case}) reverses {amount_fen} of {blue}, and this request leaves it out.",
            "Hand in the red invoice together with the blue one.",
        ),
    },
    "RED_INVOICE_AFTER_USE": {
        "zh": (
            "红字发票 {number} 使蓝字发票 {blue} 可计入的金额降至{left}，而已计入{used}。",
            "多兑付的部分由主管部门追回，请向其报告；本次申请请勿包含该红字发票。",
        ),
        "en": (
            "Red invoice {number} leaves {left} of {blue} that counts, and {used} has counted already.",
            "Tell the authority, which claims back what was paid too much; ask again without that invoice.",
        ),
    },
    "DEDUCTION_MISSING": {
        "zh": (
            "发票 {number} 没有载明抵扣额；本政策由供给方先行抵扣，再与供给方结算。",
            "请填写供给方在该发票中少收的金额（deductedFen）；没有抵扣的发票不必提交。",
        ),
        "en": (
            "Invoice {number} says nothing of what was charged less; here the supplier deducts first and is paid that.",
            "Give the deduction in deductedFen; leave out an invoice that deducts nothing.",
        ),
    },
    "DEDUCTION_EXCEEDS": {
        "zh": ("发票 {number} 载明的抵扣额{deducted_fen}多于价税合计{total_fen}。", "请按发票核对抵扣额。"),
        "en": (
            "Invoice {number} deducts {deducted_fen} of {total_fen}.",
            "A deduction is part of the invoice; check it.",
        ),
    },
    "DEDUCTION_NOT_FORESEEN": {
        "zh": (
            "发票 {number} 载明抵扣额{deducted_fen}；红字发票不抵扣，兑付给企业的政策也没有供给方抵扣。",
            "请去掉抵扣额；供给方如确已少收，请按实际收取的金额开票后申请。",
        ),
        "en": (
            "Invoice {number} deducts {deducted_fen}; neither a red one nor one for the enterprise to redeem does.",
            "Leave the deduction out; if the supplier did charge less, ask with an invoice over what it charged.",
        ),
    },
    "METERING_MISSING": {
        "zh": ("交付凭证 {number} 所依据的计量文件 {file} 不在本次申请中。", "请一并提交该计量文件，或核对其摘要。"),
        "en": (
            "Proof {number} rests on the metering file {file}, which is not in the request.",
            "Hand the file in with it, or check its digest.",
        ),
    },
    "METERING_UNBOUND": {
        "zh": ("没有交付凭证以计量文件 {file} 为依据。", "请在交付凭证中填写其 meteringSha256，或去掉该文件。"),
        "en": (
            "No delivery proof rests on the metering file {file}.",
            "Name it in a proof's meteringSha256, or leave it out.",
        ),
    },
    "CONTRACT_ITEM_UNKNOWN": {
        "zh": ("{what}所指的合同项目“{item}”不在合同中。", "合同项目有：{known}；请按合同填写。"),
        "en": ("{what} is about {item}, which the contract does not have.", "Its items are {known}; use their names."),
    },
    "METERING_OTHER_UNIT": {
        "zh": ("{what}的单位与合同项目“{item}”约定的不同。", "请按合同约定的单位换算后填写。"),
        "en": ("{what} is in another unit than the contract's item {item}.", "Convert it into the contract's unit."),
    },
    "DELIVERED_TWICE": {
        "zh": (
            "交付凭证 {number} 与凭证 {other}（{period}）计量的是同一合同项目“{item}”的重叠期间。",
            "同一期间的用量只能作为一次交付的依据；请按实际期间分开填写。",
        ),
        "en": (
            "Proof {number} overlaps proof {other} ({period}) of the same item {item}, by measurement.",
            "What was measured on a day is delivered once; give each proof its own days.",
        ),
    },
    "RECEIPT_OTHER_PARTY": {
        "zh": (
            "付款凭证 {number} 的付款方为 {payer}、收款方为 {payee}，而合同的购方为 {holder}、供给方为 {supplier}。",
            "请提交合同双方之间的付款凭证。",
        ),
        "en": (
            "Receipt {number} is of {payer} paying {payee}; by the contract {holder} pays {supplier}.",
            "Hand in receipts between the parties.",
        ),
    },
    "PROOF_WITHOUT_INVOICE": {
        "zh": ("凭证 {number} 所指发票 {invoice} 不在本次申请中。", "请一并提交该发票，或更正凭证。"),
        "en": (
            "Proof {number} is about invoice {invoice}, which is not in the request.",
            "Add the invoice or mend the proof.",
        ),
    },
    "NOT_YET_HAPPENED": {
        "zh": (
            "{what} 的日期 {day} 晚于办理之日 {received_on}。",
            "日期有误的请更正（银行文件由银行更正）；尚未发生的，发生之后再办理。",
        ),
        "en": (
            "{what} is dated {day}, after {received_on}, the day on which it was handed in.",
            "Correct a wrong date, in a bank's file by the bank; what has not happened yet waits until it has.",
        ),
    },
    "QUARTER_MALFORMED": {
        "zh": ("{quarter} 不是季度。", "季度写作 2024Q1。"),
        "en": ("{quarter} is not a quarter.", "Write a quarter as 2024Q1."),
    },
    "CYCLE_UNKNOWN": {
        "zh": ("没有这个兑付批次。", "请核对批次编号；批次在第一笔申请加入时开立。"),
        "en": ("There is no such redemption cycle.", "Check its id; a cycle opens with its first claim."),
    },
    "CYCLE_CLOSED": {
        "zh": ("批次 {cycle} 已结清。", "已结清的批次不再变更。"),
        "en": ("Cycle {cycle} is closed.", "Nothing closed is reopened."),
    },
    "CYCLE_FROZEN": {
        "zh": ("批次 {cycle} 已截止。", "新的申请进入下一批次。"),
        "en": ("Cycle {cycle} is frozen.", "New requests join the next one."),
    },
    "CUT_OFF_NOT_REACHED": {
        "zh": ("批次 {cycle} 于 {cut_off} 截止，现在是 {at}。", "截止后再冻结。"),
        "en": ("Cycle {cycle} is cut off at {cut_off}; it is {at}.", "Freeze it then."),
    },
    "CUT_OFF_REMINDER_UNKNOWN": {
        "zh": ("批次 {cycle} 不在截止前 {days} 天提醒。", "提醒的日期见批次的开立记录。"),
        "en": ("Cycle {cycle} has no reminder {days} days before its cut-off.", "Its opening event lists them."),
    },
    "CUT_OFF_REMINDED": {
        "zh": ("批次 {cycle} 截止前 {days} 天或更近的提醒已发出。", "无需再发。"),
        "en": (
            "Of cycle {cycle} people were reminded {days} days before its cut-off, or later.",
            "Nothing is left to do.",
        ),
    },
    "CUT_OFF_REMINDER_EARLY": {
        "zh": ("批次 {cycle} 于 {remind_at} 提醒，现在是 {at}。", "到期后再发。"),
        "en": ("Cycle {cycle} reminds at {remind_at}; it is {at}.", "Send the reminders then."),
    },
    "CYCLE_NOT_FROZEN": {
        "zh": ("批次 {cycle} 尚未截止。", "截止后再支付和结清。"),
        "en": ("Cycle {cycle} is not frozen.", "Pay and close it after its cut-off."),
    },
    "RULING_MISSING": {
        "zh": ("批次 {cycle} 待主管部门确认。", "主管部门确认（ConfirmCycle）后支付。"),
        "en": ("Cycle {cycle} waits for a ruling of the authority.", "Confirm it with ConfirmCycle."),
    },
    "CYCLE_PAUSED": {
        "zh": ("批次 {cycle} 已由 {paused_by} 暂停拨付：{reason}。", "恢复后继续（duifu cycle resume）。"),
        "en": ("Cycle {cycle} was paused by {paused_by}: {reason}.", "It goes on once resumed (duifu cycle resume)."),
    },
    "CYCLE_NOT_PAUSED": {
        "zh": ("批次 {cycle} 没有暂停拨付。", "无需处理。"),
        "en": ("Cycle {cycle} is not paused.", "Nothing needs to be done."),
    },
    "NO_RULING_NEEDED": {
        "zh": ("批次 {cycle} 无需确认或已确认。", "无需处理。"),
        "en": ("Cycle {cycle} needs no ruling, or has it.", "Nothing needs to be done."),
    },
    "CLAIMS_NOT_READY": {
        "zh": ("批次 {cycle} 尚有未核定的申请：{claims}。", "请先完成核验。"),
        "en": ("Cycle {cycle} waits for the verification of {claims}.", "Verify them first."),
    },
    "EARLIER_QUARTER_UNPAID": {
        "zh": (
            "批次 {cycle} 须待 {earlier} 先行支付，其中尚有未支付的申请：{claims}。",
            "请先完成较早批次的核验与支付。",
        ),
        "en": (
            "Cycle {cycle} pays after {earlier}, which has claims that are not paid: {claims}.",
            "Verify and pay the earlier cycle first.",
        ),
    },
    "EARLIER_QUARTER_OPEN": {
        "zh": ("批次 {cycle} 须待 {earlier} 结清后结清。", "请先查明较早批次等待什么。"),
        "en": ("Cycle {cycle} closes after {earlier}, which is open.", "See what the earlier cycle waits for."),
    },
    "PAY_DAY_NOT_REACHED": {
        "zh": ("批次 {cycle} 于 {pay_on} 起支付，现在是 {at}。", "到期后再支付。"),
        "en": ("Cycle {cycle} pays from {pay_on}; it is {at}.", "Order the payments then."),
    },
    "CYCLE_NOT_SETTLED": {
        "zh": ("批次 {cycle} 尚有未结清的申请：{claims}。", "待全部支付有结果后结清。"),
        "en": ("Cycle {cycle} has claims without an end: {claims}.", "Close it when every payment is answered."),
    },
    "BATCH_UNKNOWN": {
        "zh": ("批次 {cycle} 没有第 {batch} 批支付。", "待签的支付：{known}；见 duifu cycle batch 或 round batch。"),
        "en": ("{cycle} has no batch {batch} of payments.", "It has: {known}; see duifu cycle batch or round batch."),
    },
    "BATCH_SIGNED": {
        "zh": ("批次 {cycle} 第 {batch} 批支付的“{step}”已签。", "无需再签。"),
        "en": ("Step {step} of batch {batch} of cycle {cycle} is signed.", "Nothing is left to sign there."),
    },
    "BATCH_NOT_IN_TURN": {
        "zh": ("第 {batch} 批支付现在应签“{next}”，不是“{asked}”。", "请按顺序签署；“—”表示已全部签署。"),
        "en": ("Batch {batch} waits for {next}, not for {asked}.", "Sign in order; — means that all have signed."),
    },
    "BATCH_CHANGED": {
        "zh": ("第 {batch} 批支付的内容已不是所签的 {asked}，现为 {now}。", "请重新核对后再签。"),
        "en": ("Batch {batch} is no longer what is signed, {asked}: it is {now}.", "Look at it again, then sign."),
    },
    "SIGNER_NOT_APART": {
        "zh": ("{account} 已在“{at}”经手第 {batch} 批支付。", "核验、复核、放行、对账须由不同的人办理。"),
        "en": (
            "{account} has had a hand in batch {batch}: {at}.",
            "Who verifies, signs and reconciles are different people.",
        ),
    },
    "ORDER_RELEASED": {
        "zh": (
            "支付指令 {order} 已放行、已有结果，或本批次不设放行环节，不能单笔扣下。",
            "季度批次尚未送出的可先暂停（duifu cycle pause）；已送国库的请国库止付，退回后记为退回，转入后续批次。",
        ),
        "en": (
            "Order {order} is released or answered, or nobody has to release it: it is not held back alone.",
            "Pause the quarter (duifu cycle pause) for what has not gone out. What the treasury has, it has to stop:"
            " once it sends the money back, a later quarter pays it.",
        ),
    },
    "ORDER_UNKNOWN": {
        "zh": (
            "没有支付指令 {order}。",
            "请核对指令编号：由所属批次或轮次的编号与序号组成，须属于所办理的批次或轮次。",
        ),
        "en": (
            "There is no payment order {order}.",
            "Check its id: that of its quarter or round and a number. It has to be one of the list that was named.",
        ),
    },
    "PAYMENT_RESULT_CONFLICT": {
        "zh": (
            "支付指令 {order} 的结果已记为 {known}，与本次 {asked} 不一致。",
            "请与国库核对；账本不改写已记录的结果。",
        ),
        "en": (
            "Order {order} is on record as {known}, not {asked}.",
            "Ask the treasury; a recorded result is never rewritten.",
        ),
    },
    "ACCOUNT_IN_PAYMENT": {
        "zh": ("案件 {case} 的款项正在支付，暂不能更换账户。", "待支付结果返回后再更换。"),
        "en": ("A payment of case {case} is under way.", "Replace the account when its result is known."),
    },
    "NO_ACCOUNT": {
        "zh": ("案件 {case} 是申领案件，没有收款账户。", "请在兑付案件中更换账户。"),
        "en": ("Case {case} claims a voucher; it has no bank account.", "Replace the account of a redemption case."),
    },
}
