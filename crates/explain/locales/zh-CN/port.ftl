### lanternet port

port-heading = 端口 { $port }
port-label-range = 范围
port-label-service = 服务
port-label-habit = 习惯用法
port-label-note = 说明

port-range-system = 系统端口（{ $first }-{ $last }）：由标准分配；在 Unix 上，服务器需要特权才能监听
port-range-user = 用户端口（{ $first }-{ $last }）：经申请分配；任何程序都可以监听
port-range-dynamic = 动态端口（{ $first }-{ $last }）：从不分配；客户端一侧的端口从这里取
port-reserved = 端口 0 是保留的：程序请求端口 0 时，系统会给它一个空闲端口

port-assigned-none = 没有分配（IANA，{ $date }）
port-assigned-none-over = { $transport } 没有分配（IANA，{ $date }）
port-assigned-none-name-over = { $name } 没有分配 { $transport } 端口（IANA，{ $date }）
port-assigned-others = 它分配的传输协议是 { $transports }
port-source = 来源：IANA 服务名与端口号注册表，{ $date }。

port-common-name = { $common } 在注册表中的名称是 { $name }。

port-habit-development = 开发中的 Web 服务器：{ $programs }
port-habit-alternative-http = 80 端口被占用或需要特权时的 HTTP
port-habit-alternative-http-programs = 80 端口被占用或需要特权时的 HTTP：{ $programs }
port-habit-alternative-https = 443 端口被占用或需要特权时的 HTTPS
port-habit-alternative-https-programs = 443 端口被占用或需要特权时的 HTTPS：{ $programs }
port-habit-program = 以下程序的默认端口：{ $programs }
port-habit-unprotected = 以下程序的默认端口：{ $programs }；不加配置时不要求密码，不要暴露到互联网
port-habit-differs = 只是习惯，并非分配：注册表把这个端口分配给了 { $names }
port-habit-unassigned = 只是习惯，并非分配：其他程序也可能把这个端口用作他途

port-note-https-udp = HTTP/3 基于 QUIC，QUIC 基于 UDP（RFC 9114）
port-note-domain = 短的应答用 UDP，长的应答和区域传送用 TCP（RFC 7766）
port-note-bootp = DHCP 沿用其前身 BOOTP 的端口（RFC 2131）
port-note-telnet = 全部内容（包括密码）都以明文传输：请改用 ssh（22）
port-note-ftp = 这里只传命令：数据走另一个连接（RFC 959）
port-note-smtp = 用于邮件服务器之间；客户端程序提交邮件用 587 或 465（RFC 6409、RFC 8314）
port-note-submissions = 从第一个字节起就使用 TLS 的邮件提交（RFC 8314）；这个端口还有一个更早的分配
port-note-http = 不加密；浏览器优先使用 https（443）

port-error-number = “{ $given }”不是端口：端口号从 0 到 65535
port-help-number = 端口号的长度是 16 位
port-error-name = 没有名为“{ $given }”的服务（IANA，{ $date }）
port-help-name = 是不是想写 { $names }？
