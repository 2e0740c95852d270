// Messages in text that between them use everything that Annex A can say.
#ifndef IX_BER_MESSAGES_H
#define IX_BER_MESSAGES_H

#define MSG_HEAD       "MEGACO/3 [192.0.2.1]:2944\n"
#define MSG_REQUEST(x) MSG_HEAD "Transaction = 7 { Context = 5 {" x "} }"
#define MSG_REPLY(x)   MSG_HEAD "Reply = 7 { Context = 5 {" x "} }"
#define MSG_MODIFY(x)  MSG_REQUEST("Modify = ip/2/core/1 {" x "}")
#define MSG_AUDIT(x)   MSG_REQUEST("AuditValue = ip/2/core/1 { Audit {" x "} }")
#define MSG_AUDITED(x) MSG_REPLY("AuditValue = ip/2/core/1 {" x "}")

static const char *const messages[] = {
	// headers
	"Authentication = 0x12345678:0x00000001:0x0123456789abcdef01234567\n" MSG_HEAD
	"TransactionResponseAck { 1 }",
	"MEGACO/1 [2001:db8::1] Pending = 4294967295 {}",
	"MEGACO/2 <mgc.example.net>:2945 Pending = 0 {}",
	"MEGACO/3 <mgc.example.net> Pending = 1 {}",
	"MEGACO/3 gateway/1@example.net Pending = 1 {}",
	"MEGACO/3 MTP{1a2b} Pending = 1 {}",
	MSG_HEAD "Error = 400 { \"Syntax error in message\" }",
	MSG_HEAD "Error = 406 {}",
	// transactions
	MSG_HEAD "TransactionResponseAck { 1, 3-5, 4294967295 }",
	MSG_HEAD "Segment = 7/1 Segment = 7/65535/END",
	MSG_HEAD "Reply = 7 { ImmAckRequired, Context = 5 }",
	MSG_HEAD "Reply = 7/1 { Context = 5 { Modify = * } }",
	MSG_HEAD "Reply = 7/2/END { Context = 5 { Modify = * } }",
	MSG_HEAD "Reply = 0 { Error = 403 { \"x\" } }",
	MSG_HEAD
	"Reply = 7 { Context = 5 { Error = 411 { \"y\" } }, Context = 6 { Add = ip/2/2/1 } }",
	MSG_HEAD "Transaction = 1 { Context = $ { Add = $ } } Transaction = 2 { Context = * {"
		 " W-Subtract = * { Audit {} } }, Context = - { Modify = ROOT } }",
	// contexts
	MSG_REQUEST("Priority = 15, Emergency, IEPSCall = ON, Topology {"
		    " ip/2/core/1, ip/2/peer/2, Bothway, ip/2/core/1, *, Isolate,"
		    " ip/2/core/1, $, Oneway, Stream = 2, ip/2/core/1, ip/2/peer/2, OnewayExternal,"
		    " ip/2/core/1, ip/2/peer/2, OnewayBoth, Stream = 65535 }"),
	MSG_REQUEST("EmergencyOff, IEPSCall = OFF"),
	MSG_REQUEST(
		"ContextAttr { ipdc/realm = \"a\", ContextList = { 1, 2, $, *, -, 4294967293 } },"
		" Modify = ROOT"),
	MSG_REQUEST("ContextAudit { Topology, Emergency, Priority, IEPSCall, ipdc/realm }"),
	MSG_REQUEST(
		"ContextAudit { Priority = 3, EmergencyValue = Emergency, IEPSCall = OFF, ORLgc,"
		" ContextAttr { ipdc/realm = \"a\" } }"),
	MSG_REQUEST("ContextAudit { ANDLgc, EmergencyValue = EmergencyOff }"),
	MSG_REPLY("Priority = 0, Emergency, ContextAttr { ContextList = { 8, 9 } }"),
	// commands
	MSG_REQUEST("O-W-Add = [ip/2/core/1,ip/2/peer/2], O-Move = ip/2/core/1,"
		    " Modify = ip/access/peer/$, Subtract = ip/2/*, W-Subtract = *"),
	MSG_REQUEST("AuditValue = [ip/2/core/1,ip/2/peer/2] { Audit { Media } },"
		    " AuditCapability = ROOT { Audit { } }"),
	MSG_REPLY(
		"AuditValue = [ip/2/core/1,ip/2/peer/2] { Media }, AuditCapability = ROOT {"
		" Packages { g-2, root-2, x00bd-99 } }, AuditValue = Context { ip/2/core/1, ROOT },"
		" AuditValue = Context { Error = 411 { \"x\" } }"),
	MSG_REPLY("Add = ip/2/core/1 { Error = 430 { \"x\" } }, Notify = ip/2/core/1 { Error = 500 "
		  "{} },"
		  " Notify = ROOT, ServiceChange = ROOT, ServiceChange = ROOT { Error = 402 {} }"),
	// Media
	MSG_MODIFY(
		"Media { LocalControl { Mode = SendOnly, ReservedValue = ON, ReservedGroup = OFF,"
		" ds/dscp = 2e, gm/saf = ON, gm/sam = [\"192.0.2.0/24\",\"2001:db8::/32\"],"
		" gm/spr = [1024:2048], tman/sdr > 5, tman/mbs < 7, tman/dvt # 9, ipdc/realm = $,"
		" tman/pdr = {1,2,18446744073709551615} }, Local {v=0\r\nc=IN IP4 $\r\nm=image $ "
		"UDP -"
		"\r\n}, Remote {v=0\r\nc=IN IP6 2001:db8::1\r\nm=- 5 TCP -\r\nv=0\r\nm=- - UDP -} "
		"}"),
	MSG_MODIFY("Media { Stream = 1 { LocalControl { Mode = ReceiveOnly }, Local {}, Remote {},"
		   " Statistics { nt/os, nt/or = 5 } }, Stream = 65535 { Local {} } }"),
	MSG_MODIFY("Media { Stream = 1 { LocalControl { Mode = SendReceive } }, Stream = 2 {"
		   " LocalControl { Mode = Inactive } }, Stream = 3 { LocalControl { Mode = "
		   "Loopback } } }"),
	MSG_MODIFY("Media { TerminationState { ServiceStates = Test, Buffer = OFF,"
		   " root/normalMGExecutionTime = 500, x00bd/x0001 = ON, x00bd/x0002 = \"a b\","
		   " x00bd/x0003 = 0xbeef, x00bd/x0004 = -7, x00bd/x0005 = raw_0a0105 } }"),
	MSG_MODIFY(
		"Media { TerminationState { ServiceStates = OutOfService, Buffer = LockStep } }"),
	MSG_MODIFY("Media { TerminationState { ServiceStates = InService } }"),
	MSG_MODIFY("Media"),
	// Events
	MSG_MODIFY("Events"),
	MSG_MODIFY("Events = 4294967295 { g/cause, nt/netfail { Stream = 2, KeepActive },"
		   " hangterm/thb { timerx = 1800 }, adid/ipstop { dt = 60, dir = BOTH, x0009 = "
		   "\"z\" },"
		   " */*, nt/*, x00bd/x0001 { x0001 = 20 } }"),
	MSG_MODIFY(
		"Events = 1 { g/cause { ImmediateNotify, ResetEventsDescriptor }, nt/netfail {"
		" NeverNotify }, g/sc { RegulatedNotify }, nt/qualert { RegulatedNotify { Embed {"
		" Signals { ipnapt/latch { napt = LATCH } } } }, th = 7 } }"),
	MSG_MODIFY(
		"Events = 1 { g/cause { Embed { Signals { ipnapt/latch }, Events = 2 { nt/netfail {"
		" KeepActive, Stream = 3, Embed { Signals }, NeverNotify, ResetEventsDescriptor },"
		" hangterm/thb { timerx = 5 } } } }, nt/netfail { Embed { Events } } }"),
	MSG_MODIFY(
		"Events = 1 { g/cause { DigitMap = x0001 }, nt/netfail { DigitMap ="
		" {T:1,S:2,L:3,Z:4,(1xx|2xx)} }, g/sc { Embed { Events = 2 { g/cause { DigitMap ="
		" {9xxx} } } } } }"),
	MSG_MODIFY("EventBuffer { g/cause, nt/netfail { Stream = 2 }, nt/qualert { th = 5 } }"),
	MSG_MODIFY("EventBuffer"),
	// Signals
	MSG_MODIFY("Signals { }"),
	MSG_MODIFY(
		"Signals { ipnapt/latch { Stream = 1, SignalType = Brief, Duration = 65535,"
		" NotifyCompletion = {TimeOut,IntByEvent,IntBySigDescr,OtherReason,Iteration},"
		" KeepActive, SPADirection = Both, SPARequestID = 4294967295, Intersignal = 7,"
		" napt = RELATCH }, x00bd/x0001 { SignalType = OnOff, SPADirection = External },"
		" x00bd/x0002 { SignalType = TimeOut, SPADirection = Internal,"
		" NotifyCompletion = {IntByEvent} }, SignalList = 3 { ipnapt/latch, x00bd/x0001 {"
		" x0001 = [1,2] } }, SignalList = 4 { x00bd/x0003 } }"),
	// the other descriptors
	MSG_MODIFY("DigitMap=x0001{T:12,(0xx)}, Statistics { nt/os, nt/dur = [1,2] },"
		   " Audit { Media, Statistics }"),
	MSG_MODIFY("DigitMap=x0001"),
	MSG_REQUEST(
		"Notify = ip/2/core/1 { ObservedEvents = 101 { 20261120T15241250:hangterm/thb,"
		" g/cause { Stream = 1, Generalcause = FT, Failurecause = \"TCP RST\" }, g/cause {"
		" Generalcause = NR }, ipra/arc { nar = [\"a\",\"b\"] }, x00bd/x0001 { x0001 = OFF "
		"} } },"
		" Notify = ROOT { ObservedEvents = 1 { it/ito }, Error = 518 {} }"),
	MSG_AUDITED("Media, Events, EventBuffer, Signals {}, ObservedEvents, Statistics, Packages"),
	MSG_AUDITED(
		"Media { TerminationState { ServiceStates = InService } }, Events = 1 { g/cause },"
		" EventBuffer { g/cause }, Signals { ipnapt/latch }, DigitMap=x0002{1.},"
		" ObservedEvents = 3 { g/cause }, Statistics { nt/os = 18446744073709551615 },"
		" Packages { ds-2 }, Audit { Mux, Modem, DigitMap }, Error = 430 {}"),
	// Audit
	MSG_AUDIT(""),
	MSG_AUDIT("Mux, Modem, Media, Events, Signals, DigitMap, Statistics, ObservedEvents,"
		  " Packages, EventBuffer"),
	MSG_AUDIT(
		"Media { TerminationState { ServiceStates, Buffer, root/normalMGExecutionTime } },"
		" Events = 5 { g/cause, nt/netfail { Stream = 3 } }, EventBuffer { g/sc },"
		" Signals { ipnapt/latch, ipnapt/latch { Stream = 4 }, ipnapt/latch { SPARequestID "
		"= 5 },"
		" SignalList = 7 { ipnapt/latch }, SignalList = 8 {} }, DigitMap = x0001,"
		" Statistics { nt/os, nt/or }, Packages { g-1, nt-1 }"),
	MSG_AUDIT("Media { Stream = 1 { LocalControl { Mode, ReservedValue, ReservedGroup, ds/dscp,"
		  " gm/saf = ON }, Local {v=\r\nc=IN IP4 $}, Remote, Statistics { nt/os } },"
		  " Stream = 2 { Local } }"),
	MSG_AUDIT("Media { LocalControl { Mode = Inactive } }"),
	MSG_AUDIT("Media { TerminationState { ServiceStates = OutOfService, ipra/ar } }"),
	MSG_AUDIT("Events { g/cause }"),
	// ServiceChange
	MSG_REQUEST(
		"ServiceChange = ROOT { Services { Method = Restart, Reason = \"901 Cold Boot\","
		" Delay = 4294967295, Version = 3, Profile = IxProfile/4, 20261120T15230000,"
		" ServiceChangeAddress = 2945, ServiceChangeInc, Media, Packages { g-1 } } }"),
	MSG_REQUEST("ServiceChange = ip/2/core/* { Services { Method = Forced, Reason = \"906 x\","
		    " MgcIdToTry = <a.b>:7, ServiceChangeAddress = [192.0.2.9]:8 } },"
		    " ServiceChange = ROOT { Services { Method = Failover, Reason = \"9\","
		    " ServiceChangeAddress = [2001:db8::9] } },"
		    " ServiceChange = ROOT { Services { Method = Graceful, Reason = \"9\","
		    " ServiceChangeAddress = <d.e> } },"
		    " ServiceChange = ROOT { Services { Method = Disconnected, Reason = \"9\","
		    " ServiceChangeAddress = device } },"
		    " ServiceChange = ROOT { Services { Method = HandOff, Reason = \"9\","
		    " ServiceChangeAddress = MTP{00112233} } }"),
	MSG_REPLY("ServiceChange = ROOT { Services { MgcIdToTry = [192.0.2.2]:1,"
		  " ServiceChangeAddress = [2001:db8::9]:2944, Version = 1, Profile = a/1,"
		  " 20261120T15230000 } }"),
};

#endif
